# The conversation. Words in quotes and words in capitals are words that the chat understands.

greeting = Hello! I'm Ventanilla, your bank in this chat. Ask me for your “balance” or your “transactions”, or send money: try “send 100 to my mom”. Type HELP at any time.
help =
    Here is what I can do for you:
    • “balance”: how much you have
    • “transactions”: the latest money in and out
    • “send 100 to my mom”: send money to an account, a phone number or a person
    • “my CLABE”: how others pay you
    • “my limits”: how much you can still send
    CANCEL stops whatever is pending, COORDINATOR connects you with a person, FREEZE stops all your money, and STOP ends my messages.
not-understood = Sorry, I didn't understand that. You can write, for example, “balance”, “transactions” or “send 100 to my mom”.
unsupported-kind = I can only read text for now. Tell me what you need, for example “balance”.
edit-unread = I don't read edited messages. Write it again, in a new message.
too-many-messages = That was a lot of messages at once. Wait a minute and we'll go on.
opted-out = Done, I won't write to you any more. To come back, send START.
opted-in = Good to have you back! I can write to you again. How can I help?
nothing-pending = Nothing is pending. Whenever you like, type “balance”, “transactions” or “send 100 to my mom”.
handed-off = I'm connecting you with an agent: a person will write to you here. Meanwhile you can ask me for your “balance” or send money. Type MENU to go on with me.
problem-noted = I'm sorry about that. I've told an agent: a person will write to you here. Type MENU to go on with me.
number-needed = For that I need your phone number. Share it with the button in this chat, or write to me from a chat that shows your number.
chat-bound = Done: this chat belongs to { $whose }. You can ask me for your “balance” or send money.
link-code-gone = That link no longer works: you can use it once, within ten minutes. Ask for another one from your account.

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
step-up-waits = I still need the code to send { $amount } to { $destination }. Reply: CONFIRM <code>. Type RESEND if it didn't arrive, or CANCEL.
step-up-gone = That transfer can't be confirmed any more, and no money was moved. Ask me for it again.
code-by-sms = I sent it to you by SMS.
code-by-email = I sent it to you by email.
receipt = Transfer of { $amount } to account { $destination } completed. Receipt { $folio }. Balance: { $balance }
processing = Your transfer of { $amount } to { $destination } is being processed. I'll tell you when it's done.
insufficient-funds = Insufficient funds for this transfer. Available: { $available }
limit-per-transfer = Your limit for one transfer is { $limit }. Try a smaller amount.
limit-per-day = Your limit for today is { $limit }, and you have { $left } left. Try a smaller amount, or try again tomorrow.
limit-per-month = Your limit for this month is { $limit }, and you have { $left } left. Try a smaller amount.
limit-exceeded = That amount is over your limit. Try a smaller one.
limit-unfrozen = You unfroze your money a short time ago. For your safety, you can't send any yet; try again later.
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

# What a question is answered with, and what waits.
question-not-understood = I didn't understand your question. I can tell you your “balance”, your “transactions”, “my limits” or “my CLABE”; type COORDINATOR if you'd rather speak with a person.
freeze-ask = Shall I freeze your money now? Nobody will be able to send anything from your wallets. Reply Yes, or type FREEZE.
opt-out-ask = Do you want me to stop writing to you? Reply Yes, or type STOP.
as-it-was = All right, everything stays as it was.
frozen = Done: I froze your money. Nobody can send anything from your wallets now; what others pay you still arrives. To unfreeze it, sign in with your password and a code by email, or type COORDINATOR.
frozen-opted-out = Done: I froze your money and nobody can send anything from your wallets. I still won't write to you, as you asked; to write to me again, send START.
nothing-to-freeze = This chat isn't linked to any wallet, so there is nothing to freeze here. Write to me from your own number, or type COORDINATOR.
money-is-frozen = Your money is frozen, so I can't send anything. No money was moved. To unfreeze it, sign in with your password and a code by email, or type COORDINATOR.
released = The agent is done and I can help you again. What do you need?
bot-is-back = I'm here again.
welcome = You're welcome! I'm here whenever you need me.
goodbye = Bye for now! I'm here whenever you need me.
about-bot = I'm Ventanilla, an automatic assistant: your bank in this chat. If you'd rather speak with a person, type COORDINATOR.
about-fees = Sending money is free: the fee is 0.00.
about-arrival = Between people on Ventanilla the money arrives in a moment; at other banks, nearly always within seconds.
about-sending = Write how much and to whom, for example “send 100 to my mom”. It can be a CLABE, a phone number or a name that I know. I ask for a Yes before I send anything.
about-opt-out = To stop my messages, send just STOP. To come back, send START.
about-freezing = If you send just FREEZE, nobody can send money from your wallets; what others pay you still arrives. You unfreeze it with your password and a code by email, or with an agent.
about-codes = I send you a code to know that it's you before I show or move your money. Never share it with anybody.
about-clabe = A CLABE is the 18-digit number that an account in Mexico is paid with. To see yours, type “my CLABE”.
about-currencies = I don't exchange currencies: each wallet sends in its own.
code-sent-whatsapp = I got your message. To protect your account, I sent you a code by WhatsApp.
code-sent-sms = I got your message. To protect your account, I sent you a code by SMS.
code-sent-call = I got your message. To protect your account, I'm calling you with a code.
code-sent-email = I got your message. To protect your account, I sent you a code by email.
code-sent-telegram = I got your message. To protect your account, I sent you a code by Telegram.
code-how-to-answer = Reply: CONFIRM <code>
code-waits = I'm waiting for the code that I sent you. Reply: CONFIRM <code>. Type RESEND if it didn't arrive, or CANCEL.
code-reason = The code tells me that it's you: without it I neither show nor move your money. Reply: CONFIRM <code>. Type RESEND if it didn't arrive, or CANCEL.
request-dropped = All right, I dropped what you asked for.
movements-of = Your transactions:
movements-none-of = There are no transactions like that.
of-today = Today{ $payee }
of-yesterday = Yesterday{ $payee }
of-this-week = This week{ $payee }
of-last-week = Last week{ $payee }
of-this-month = This month{ $payee }
of-last-month = Last month{ $payee }
of-date = { $day }/{ $month }{ $payee }
of-day = Day { $day }{ $payee }
of-payee = { $payee }
of-amount = { $amount }
spent-on-payee = You sent { $total } to { $payee }.
spent-this-month = You spent { $total } this month.
spent-today = You spent { $total } today.
spent-then = You spent { $total } in those days.
past-receipt = Transfer of { $amount } to { $destination } completed on { $at }. Receipt { $folio }.
past-receipt-processing = Your transfer of { $amount } to { $destination }, of { $at }, is still being processed. Receipt { $folio }.
no-receipt = I found no such transfer.
receiving = To get paid, share these details:
receiving-name = Name: { $name }
receiving-clabe = CLABE: { $clabe }
receiving-phone = Phone: { $phone }
receiving-none = You don't have a wallet that can receive money yet.
limits-today = You can still send { $amount } today.
limits-month = You can still send { $amount } this month.
limits-per-transfer = The most you can send at once is { $amount }.
limits-none = You have no limit for sending money.
payees = I already know:
payees-line = • { $payee }: { $account }
payees-none = I don't know anybody you pay yet. I'll remember them when you send them money.
which-payee = Who do you mean?
which-payee-line = { $number }. { $payee }, { $account }
digits-missing = That number has { $digits } digits, and a CLABE has 18. Check it and send me all of it.
own-account = That account is yours. Who else shall I send it to?
recipient-not-found = Nobody receives money with that number yet. Send me a CLABE or another phone number.
prompt-other-account = Careful: the account of { $payee } that I know is { $account }.
prompt-amount = It's { $amount }.
prompt-bank = The account is with { $bank }.
prompt-bank-unknown = I don't know which bank that account is with.
prompt-to-payee = It's for { $payee }, account { $account }.
prompt-to = It's for account { $account }.
prompt-reason = I ask you before I move your money.
button-payee = { $payee }
of-month = { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[other] December
}{ $payee }
prompt-again = You already sent { $amount } to that account { $minutes ->
    [0] a moment ago
    [one] 1 minute ago
   *[other] { $minutes } minutes ago
}. Again?

# When a text is near to a few wishes.
did-you-mean = I didn't quite get that. Did you mean one of these?
did-you-mean-line = { $wish ->
    [check_balance] { $number }. My balance
    [list_transactions] { $number }. My transactions
    [spending] { $number }. My spending
    [ask_limits] { $number }. My limits
    [receive_details] { $number }. How I get paid
    [agent] { $number }. Speak to a person
    [report_problem] { $number }. Report a problem
    [help] { $number }. Help
   *[other] { $number }. Something else
}
button-wish = { $wish ->
    [check_balance] My balance
    [list_transactions] My transactions
    [spending] My spending
    [ask_limits] My limits
    [receive_details] How I get paid
    [agent] Speak to a person
    [report_problem] Report a problem
    [help] Help
   *[other] Something else
}

# Payees: more of them, another name, and forgetting one.
payees-more = { $more ->
    [one] … and 1 more
   *[other] … and { $more } more
}
payees-how = To change a name, type “rename { $name } to…”; to forget somebody, “delete { $name } from my contacts”.
payee-unknown = { $name } isn't one of your contacts. Type “my contacts” to see who I know.
payee-unknown-near = { $name } isn't one of your contacts.
payee-renamed = Done: { $before } ({ $account }) is now called { $name }. To undo this, type “rename { $name } to { $before }”.
payee-ask-new-name = What do you want to call them? Type it like this: “rename { $name } to…”, with the new name at the end.
payee-bad-name = I can't use that name. Type it in one line, with up to 60 letters.
payee-forget-ask = Shall I delete { $name } ({ $account }) from your contacts? Reply Yes or No. No money moves, and you can pay them again with the account number.
payee-forgotten = Done: { $name } is no longer one of your contacts.
