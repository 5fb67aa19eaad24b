# The conversation. Words in quotes and words in capitals are words that the chat understands.

greeting = Hello! I'm Ventanilla, your bank in this chat. Ask me for your “balance” or your “transactions”, or send money: try “send 100 to my mom”. Type HELP at any time.
help =
    Here is what I can do for you:
    • “balance”: how much you have
    • “transactions”: the latest money in and out
    • “send 100 to my mom”: send money to an account, a phone number or a person
    CANCEL stops whatever is pending, COORDINATOR connects you with a person, and STOP ends my messages.
not-understood = Sorry, I didn't understand that. You can write, for example, “balance”, “transactions” or “send 100 to my mom”.
unsupported-kind = I can only read text for now. Tell me what you need, for example “balance”.
edit-unread = I don't read edited messages. Write it again, in a new message.
too-many-messages = That was a lot of messages at once. Wait a minute and we'll go on.
opted-out = Done, I won't write to you any more. To come back, send START.
opted-in = Good to have you back! I can write to you again. How can I help?
nothing-pending = Nothing is pending. Whenever you like, type “balance”, “transactions” or “send 100 to my mom”.
handed-off = I'm connecting you with an agent: a person will write to you here. Meanwhile, you can ask me for your “balance” or send money.
problem-noted = I'm sorry about that. I've told an agent: a person will write to you here.
number-needed = For that I need your phone number. Share it with the button in this chat, or write to me from a chat that shows your number.
chat-bound = Done: this chat belongs to { $whose }. You can ask me for your “balance” or send money.
link-code-gone = That link no longer works: you can use it once, within ten minutes. Ask for another one from your account.

code-sent = I got your message. To protect your account, I sent you a code. Reply: CONFIRM <code>
code-still-good = I already sent you a code, and it still works. Reply: CONFIRM <code>, or type RESEND if it didn't arrive.
resend-too-soon = { $seconds ->
    [one] The code is on its way. You can ask for another one in 1 second.
   *[other] The code is on its way. You can ask for another one in { $seconds } seconds.
}
locked = { $minutes ->
    [one] For your safety, your number is locked for 1 minute. After that, type START.
   *[other] For your safety, your number is locked for { $minutes } minutes. After that, type START.
}
too-many-codes = { $minutes ->
    [one] I've already sent you many codes. You can ask for another one in 1 minute.
   *[other] I've already sent you many codes. You can ask for another one in { $minutes } minutes.
}
not-reachable = I can't send codes to numbers of this country or of this kind. Write to me from another number.
code-unavailable = The code service isn't answering right now. Type RESEND in a few minutes.
code-wrong = { $left ->
    [0] Wrong code. You have no tries left: type RESEND to get another one.
    [one] Wrong code. You have 1 try left.
   *[other] Wrong code. You have { $left } tries left.
}
code-gone = That code no longer works. Type RESEND to get another one.
code-right = The code is right ✅. Here is what you asked for.
verified = The code is right ✅. Now I know it's you. How can I help?
no-code-pending = I'm not waiting for a code right now. Tell me what you need, for example “transactions”.

balance = Your balance is: { $posted }
balance-available = Available: { $available }
movements = Your latest transactions:
movements-none = You have no transactions yet.
movement = { $at }  { $amount }  { $counterpart }{ $concept }

ask-amount = How much do you want to send?
which-amount = Is it { $thousands } or { $decimal }?
bad-amount = I can't send that amount. Write it like this: 150 or 150.50.
ask-destination = Who shall I send it to? Tell me the account, the phone number or the name.
ask-account-of = I don't know the account of { $name } yet. Send me the account, card or phone number and I'll remember it.
bad-destination = I don't recognize that destination. Send me an 18-digit CLABE, an account or a phone number.
prompt = You are about to send { $amount } to account { $account }.
prompt-payee = You are about to send { $amount } to { $payee }, account { $account }.
prompt-concept = For: { $concept }
prompt-check-number = Check the number: its digits don't add up, so there may be a mistake.
prompt-confirm = Do you confirm? Reply Yes or No.
prompt-waits = Your transfer of { $amount } to account { $account } is still pending. Reply just Yes to send it, or No.
prompt-waits-payee = Your transfer of { $amount } to { $payee }, account { $account }, is still pending. Reply just Yes to send it, or No.
prompt-expired = That confirmation has expired and no money was moved. Ask me for the transfer again.
transfer-canceled = Transfer cancelled. No money was moved.
step-up = To send { $amount } to { $destination } I need one more code. Reply: CONFIRM <code>
step-up-waits = I still need the code to send { $amount } to { $destination }. Reply: CONFIRM <code>, or CANCEL.
step-up-gone = That transfer can't be confirmed any more, and no money was moved. Ask me for it again.
code-by-sms = I sent it to you by SMS.
code-by-email = I sent it to you by email.
receipt = Transfer of { $amount } to account { $destination } completed. Receipt { $folio }. Balance: { $balance }
processing = Your transfer of { $amount } to { $destination } is being processed. I'll tell you when it's done.
insufficient-funds = Insufficient funds for this transfer. Available: { $available }
limit-per-transfer = That amount is over your limit for one transfer. Try a smaller one.
limit-per-day = That amount would take you over your limit for today. Try a smaller one, or try again tomorrow.
limit-per-month = That amount would take you over your limit for this month. Try a smaller one.
limit-new-payee = This is the first time you pay that account. For your safety, you can do it in { $minutes ->
    [one] 1 minute
   *[other] { $minutes } minutes
}.
limit-chat-new = This chat was linked to your account a short time ago. For your safety, you can send money from here in { $minutes ->
    [one] 1 minute
   *[other] { $minutes } minutes
}.
no-wallet = You don't have a wallet in { $currency }.
transfer-refused = I can't make that transfer. No money was moved.

button-share-number = Share my number
flow-text = { $text }
flow-left = All right, we'll leave it here, and I saved nothing. To start again, type “{ $word }”.
flow-gone = I can't go on with this questionnaire right now. Your answers are still saved; try again later, or type CANCEL.
flow-gone-again = I can no longer go on with the questionnaire you started. Type “{ $word }” to start the newest one, or CANCEL.
button-flow = { $title }

button-yes = Yes
button-no = No
button-amount = { $amount }

code-for-transfer = Ventanilla: you are about to send { $amount } to { $destination }. If this is you, your code is { $code }. If it isn't you, don't share it with anybody.
