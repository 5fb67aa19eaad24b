# The conversation.

greeting = Hello! I am your teller's window. Ask me for your “balance”, your “transactions”, or send money: “Send 100 to” and the account. Type HELP at any time.
help = Here is what I can do: “balance” to see what you have, “transactions” for the latest ones, “Send 100 to” and an account, phone or name to send money. CANCEL stops what is pending, COORDINATOR calls a person, and STOP ends my messages.
not-understood = I did not understand that. Examples: “Balance”, “Transactions” or “Send 100 to my mum”.
unsupported-kind = I can only read text for now. Write what you need, for example “balance”.
too-many-messages = That was a lot of messages at once. Wait a minute and we go on.
opted-out = Done, I will not write to you any more. To come back, send START or ALTA.
opted-in = Good to have you back! Everything is as you left it. What do you need?
nothing-pending = Nothing is pending. Type “balance” or “send” whenever you like.
handed-off = I am handing you to a person, who will write to you here. Meanwhile “balance” and “send” keep working.
problem-noted = I am sorry about that. A person has been told and will write to you here. Your money does not move without your confirmation.
number-needed = For that I need your phone number. Share it from this chat with the button, or write to me from a number I can see.
chat-bound = Done: this chat is { $whose }'s. You can ask me for your "balance" or send money.
link-code-gone = That link is no longer good: it works once and lasts ten minutes. Ask for another from your account.

code-sent = I got your message. To protect your account I sent you a code by WhatsApp. Reply: CONFIRM <code>
code-still-good = I already sent you a code and it is still good. Reply: CONFIRM <code>, or type RESEND if it did not arrive.
resend-too-soon = { $seconds ->
    [one] The code is on its way. You can ask for another in 1 second.
   *[other] The code is on its way. You can ask for another in { $seconds } seconds.
}
locked = { $minutes ->
    [one] For your safety, your number is locked for 1 minute. After that, type START.
   *[other] For your safety, your number is locked for { $minutes } minutes. After that, type START.
}
too-many-codes = { $minutes ->
    [one] I have sent you too many codes. Try again in 1 minute.
   *[other] I have sent you too many codes. Try again in { $minutes } minutes.
}
not-reachable = I can't send codes to this kind of number. Write to me from a mobile.
code-unavailable = I could not use the code service just now. Type RESEND in a few minutes.
code-wrong = { $left ->
    [0] Wrong code. No tries are left: type RESEND for another one.
    [one] Wrong code. You have 1 try left.
   *[other] Wrong code. You have { $left } tries left.
}
code-gone = That code is no longer good. Type RESEND for another one.
code-right = Right code ✅. Carrying out your request.
verified = Right code ✅. Now I know it is you. What do you need?
no-code-pending = I am not waiting for a code. Write what you need, for example “transactions”.

balance = Your balance is: { $posted }
balance-available = Available: { $available }
movements = Your latest transactions:
movements-none = There are no transactions yet.
movement = { $at }  { $amount }  { $counterpart }{ $concept }

ask-amount = How much do you want to send?
which-amount = How much is it: { $thousands } or { $decimal }?
bad-amount = That amount can't be sent. Write it like this: 150 or 150.50.
ask-destination = To which account, phone or person shall I send it?
ask-account-of = I don't know the account of { $name } yet. Send me the account, card or phone number and I will remember it.
bad-destination = I can't read that destination. Send me an 18-digit CLABE, an account or a phone number.
card = You are about to send { $amount } to account { $account }.
card-payee = You are about to send { $amount } to { $payee }, account { $account }.
card-concept = For: { $concept }
card-check-number = Check the number: its check digit does not match.
card-confirm = Do you confirm? Reply Yes or No.
prompt-waits = Your transfer of { $amount } to account { $account } is still waiting. Reply just Yes to send it, or No.
prompt-waits-payee = Your transfer of { $amount } to { $payee }, account { $account }, is still waiting. Reply just Yes to send it, or No.
card-expired = That confirmation has expired and nothing was moved. Ask me for the transfer again.
transfer-canceled = Transfer cancelled. Nothing was moved.
step-up = To send { $amount } to { $destination } I need one more code. Reply: CONFIRM <code>
step-up-waits = The code to send { $amount } to { $destination } is still missing. Reply: CONFIRM <code>, or CANCEL.
step-up-gone = That transfer can't be confirmed any more and nothing was moved. Ask me for it again.
code-by-sms = I sent it to you by SMS.
code-by-email = I sent it to you by e-mail.
receipt = Transfer of { $amount } to account { $destination } completed. Receipt { $folio }. Balance: { $balance }
processing = Your transfer of { $amount } to { $destination } is being processed. I will tell you when it is done.
insufficient-funds = Insufficient funds for this transfer. Available: { $available }
limit-per-transfer = That amount is over your limit for one transfer. Try a smaller one.
limit-per-day = That amount would take you over today's limit. Try a smaller one, or tomorrow.
limit-per-month = That amount would take you over this month's limit. Try a smaller one.
limit-new-payee = This is the first time you pay that account. To keep you safe, you can do so in { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
}.
limit-chat-new = This chat was only just linked to your account. For your safety you can send money from here in { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
}.
no-wallet = You have no wallet in { $currency }.
transfer-refused = That transfer can't be made like this. Nothing was moved.

button-share-number = Share my number
flow-text = { $text }
flow-left = All right, we leave it here and I saved nothing. To begin again, type “{ $word }”.
flow-gone = I can't go on with this questionnaire just now. What you answered is still there; try later, or type CANCEL.
flow-gone-again = I can't go on with the questionnaire you began. Type “{ $word }” to begin the newest one, or CANCEL.
button-flow = { $title }

button-yes = Yes
button-no = No
button-amount = { $amount }

code-for-transfer = Ventanilla: you are about to send { $amount } to { $destination }. If this is you, your code is { $code }. If not, share it with nobody.
