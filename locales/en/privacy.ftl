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
