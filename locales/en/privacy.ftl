# A person's data: copy and erasure.

export-conversations-title = Your conversations with Ventanilla
export-you = You
export-us = Ventanilla
export-readme-title = Your data at Ventanilla, as of { $day }
export-readme-files = This file has your data. data.json has all of it, in a form that other programs read ({ $schema }). statement.csv is your statement: a line for each movement of all your wallets. conversation.html has your conversations, to read in a browser.
export-readme-account = Your account: name, number, e-mail address, language, sessions and bound chats. You gave them when you signed up or wrote to us. They serve to know that it is you, and to tell you things. They are kept as long as you have an account.
export-readme-money = Your money: wallets, transfers, movements, concepts and the people you pay. They come from your payments and from those you receive. They serve to keep your account. The law on payments makes us keep them for { $days } days from each movement, also if you delete your account; they are then blocked.
export-readme-texts = Your messages: what you wrote and what we answered. They serve to help you. They are kept for { $days } days.
export-readme-flows = Your answers to questionnaires, which may be about your health. You gave them with your consent and they serve to advise you. They are kept for { $days } days.
export-readme-codes = The codes that we sent you: when, on which channel and what for; never the code. They serve to check that it is you. They are kept for { $days } days.
export-readme-webhooks = The technical notices of the messaging providers, with the same content as your messages, are kept for { $days } days and are not in this file.
export-readme-deliveries = Whether your messages arrived: this is kept for { $days } days.
export-readme-left-out = Not in here: what belongs to other people (their names, numbers and texts), codes, passwords and keys, which we store only sealed or in a form that can't be reversed, and the security logs, which bear only ids.
export-readme-rights = You can correct your data, object to messages (write STOP) or ask for erasure (write "delete my account"). You have three days to change your mind. Twilio, Meta and Telegram keep copies of their own, by their terms.

data-which = What do you need? "export my data": I give you a copy. "delete my account": I delete your account and your data. STOP: I stop writing to you. Write one of the three.
data-needs-number = For that I need to check that it is you with a code, and this chat does not show your number. Write to me on WhatsApp from your number, or do it in your account.
erasure-what = If you delete your account, your name, your number, your e-mail address, your messages and your answers are erased. The law makes us keep the records of your payments for ten years: they are blocked, and read only if the law demands it. You have 72 hours to change your mind; after that there is no way back.
erasure-ask = Shall I delete your account? Answer Yes or No.
erasure-in-the-way = I can't delete your account yet:
erasure-money-left = • You still have money. Send it to another account first.
erasure-transfers-open = • You have an open transfer. Confirm it, cancel it, or wait until it ends.
erasure-transfers-in-doubt = • One of your transfers is in doubt. We have to wait until its outcome is known.
erasure-held = • An agent has to look at it. Type AGENT.
erasure-due = Done. Your account will be deleted on { $at }. If you change your mind before, write "cancel erasure". If you want a copy of your data, write "export my data".
erasure-taken-back = Done, your account will not be deleted. Everything stays as it was.
no-erasure = No erasure is pending. Everything stays as it was.
export-link = Your data is almost ready. Download it here: { $link } The link works once and expires in 24 hours. Do not share it with anybody.
