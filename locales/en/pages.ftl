# The pages: verify a number, choose a new password.

page-language = Language
page-channel-whatsapp = WhatsApp
page-channel-sms = SMS
page-channel-call = phone call
page-channel-email = e-mail
page-channel-telegram = Telegram

page-number-title = What's your number?
page-number-lead = We'll send a code to confirm that it's yours.
page-number-label = Phone number
page-ready-title = Confirm your number
page-ready-lead = Choose how you want to get a six-digit code.
page-waiting-title = Enter your code
page-spent-title = Ask for a new code
page-spent-lead = You've used all your tries for that code. Ask for another one to continue.
page-expired-title = The code has expired
page-expired-lead = Codes are valid for a few minutes. Ask for another one to continue.
page-approved-title = Done, it's your number
page-approved-lead = Your number is verified.
page-taken-title = That number already has an account
page-taken-lead = We checked that the number is yours, but it belongs to another account. Sign in with that account, or write to us to merge the two.
page-closed-title = This page has closed
page-closed-lead = For your security it closes after fifteen minutes. Go back to the app and start again.
page-unknown-title = There's nothing here
page-unknown-lead = This link doesn't exist or is incomplete. Go back to the app and start again.
page-fault-title = Something failed on our side
page-fault-lead = Nothing was lost. Wait a moment and load the page again.
page-foreign-title = This didn't come from our page
page-foreign-lead = For your security we didn't accept it. Open the link from your app again.

page-your-number = Your number
page-sent-to = We sent it to
page-ends-in = ending in { $what }
page-sent-to-ends-in = the number ending in { $what }
page-change = change
page-stay-code = Back to the code
page-stay-number = Continue with the same number
page-send-by = Send code by { $what }
page-code-label = Six-digit code
page-code-hint = Enter all six digits.
# The page fills in {n} and {of}.
page-digit = Digit {"{"}n{"}"} of {"{"}of{"}"}
page-check = Verify
page-time-left = Time left for the code
page-good-for = { $n ->
    [one] Valid for 1 more minute
   *[other] Valid for { $n } more minutes
}
page-not-arrived = Didn't get it?
page-resend = Send again
page-by-other = By { $what }
page-again-in = You can ask for another one in {"{"}time{"}"}
page-back = Back to { $what }
page-back-soon = We'll take you back in a moment.
page-close-this = You can close this page and go back to the app.
page-help = Nobody on our team will ask you for your codes. Don't share them.

# What the page says while it works and when something fails.
page-live-sending = Sending…
page-live-checking = Checking…
page-live-line = The connection was lost. What you typed is still here; when it's back, we'll see whether it arrived.
page-live-fault = Something failed on our side. Wait a moment and try again.

page-delivery-queued = On its way by { $what }
page-delivery-sent = Sent by { $what }
page-delivery-delivered = Delivered by { $what }
page-delivery-read = Read on { $what }
page-delivery-failed = It didn't arrive by { $what }: try another way

page-note-sent = The code is on its way.
page-note-wrong = { $n ->
    [one] That's not the code. You have 1 try left.
   *[other] That's not the code. You have { $n } tries left.
}
page-note-spent = That's not the code, and it was the last try.
page-note-gone = That code no longer works. Ask for another one.
page-note-malformed = The code has six digits. Check it and enter it again.
page-note-soon = The code is on its way. You can't ask for another one yet.
page-note-later = A moment ago we sent a code to this number from another page. You can't ask for another one yet.
page-note-tries = { $n ->
    [one] Too many tries in a row. Wait 1 minute and try again.
   *[other] Too many tries in a row. Wait { $n } minutes and try again.
}
page-note-locked = { $n ->
    [one] For your security, this number is locked for 1 minute. Then ask for a new code.
   *[other] For your security, this number is locked for { $n } minutes. Then ask for a new code.
}
page-note-many = { $n ->
    [one] We've already sent many codes. You can ask for another one in 1 minute.
   *[other] We've already sent many codes. You can ask for another one in { $n } minutes.
}
page-note-failed = We couldn't send it that way. Try another one.
page-note-stopped = You asked us not to message you that way. Try another one.
page-note-paused = { $n ->
    [one] We aren't sending codes right now. Try again in 1 minute.
   *[other] We aren't sending codes right now. Try again in { $n } minutes.
}
page-note-refused = We can't send codes to that number. Use another mobile number.
page-note-number = That number isn't valid. Enter the whole number, with its area code.
page-note-kept = You can no longer change the number on this page. Go back to the app and start again.
page-note-unavailable = We couldn't check the code right now. You didn't lose a try: enter it again.

page-reset-title = Choose a new password
page-reset-lead = Saving it closes all your open sessions.
page-reset-label = New password
page-reset-show = Show
page-reset-hide = Hide
page-reset-rule = At least { $n } characters. A phrase of several words is a good idea.
page-reset-save = Save password
page-reset-help = If you didn't ask for this, close the page: your password stays as it is.
page-reset-weak = That password is easy to guess. Try a longer one, for example several words.
page-reset-short = That password is too short: use at least { $n } characters.
page-reset-long = That password is too long. Make it a bit shorter.
page-reset-done-title = Password changed
page-reset-done-lead = You can sign in with your new password. We closed all your sessions.
page-reset-gone-title = This link no longer works
page-reset-gone-lead = It works once and expires soon. Ask for another one from “Forgot my password”.

page-export-title = Your data
page-export-lead = This file has your data, your messages and your movements. Keep it in a safe place.
page-export-download = Download my data
page-export-help = The link works once and expires in 24 hours.
page-export-making-title = Your file is being made
page-export-making-lead = Wait a moment and open the link again.
page-export-gone-title = This link no longer works
page-export-gone-lead = It was used, or 24 hours have passed. Write "export my data" in the chat and I give you another one.
