# The pages: proving a number, a new password.

page-language = Language
page-channel-whatsapp = WhatsApp
page-channel-sms = SMS
page-channel-call = phone call
page-channel-email = e-mail
page-channel-telegram = Telegram

page-number-title = What is your number?
page-number-lead = We'll send a code to confirm that it's yours.
page-number-label = Phone number
page-ready-title = Confirm your number
page-ready-lead = Choose how you want to get a six-digit code.
page-waiting-title = Enter your code
page-spent-title = Ask for a new code
page-spent-lead = You've used all your tries for that code. Ask for another and go on from there.
page-expired-title = The code has expired
page-expired-lead = Codes are good for a few minutes. Ask for another and go on from there.
page-approved-title = Done, it's your number
page-approved-lead = Your number is verified.
page-taken-title = That number already has an account
page-taken-lead = We checked that the number is yours, but it belongs to another account. Sign in with that one, or write to us to merge them.
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
page-stay-number = Go on with the same number
page-send-by = Send code by { $what }
page-code-label = Six-digit code
page-code-hint = Enter all six digits.
# {n} and {of} are put in by the page.
page-digit = Digit {"{"}n{"}"} of {"{"}of{"}"}
page-check = Verify
page-time-left = Time left for the code
page-good-for = { $n ->
    [one] Good for 1 more minute
   *[other] Good for { $n } more minutes
}
page-not-arrived = Nothing arrived?
page-resend = Send again
page-by-other = By { $what }
page-again-in = You can ask for another in {"{"}time{"}"}
page-back = Back to { $what }
page-back-soon = We'll take you back in a moment.
page-close-this = You can close this page and go back to the app.
page-help = Nobody on our team will ask you for your codes. Don't share them.

# What the page says while it works, and when it can't.
page-live-sending = Sending…
page-live-checking = Checking…
page-live-line = The connection was lost. What you typed is still here; once it's back we'll see whether it arrived.
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
page-note-gone = That code is no longer good. Ask for another.
page-note-malformed = The code has six digits. Check it and enter it again.
page-note-soon = The code is on its way. You can't ask for another yet.
page-note-later = A moment ago we sent a code to this number from another page. You can't ask for another yet.
page-note-tries = { $n ->
    [one] Too many tries in a row. Wait 1 minute and try again.
   *[other] Too many tries in a row. Wait { $n } minutes and try again.
}
page-note-locked = { $n ->
    [one] For your security, this number is locked for 1 minute. Then ask for a new code.
   *[other] For your security, this number is locked for { $n } minutes. Then ask for a new code.
}
page-note-many = { $n ->
    [one] Many codes were sent. You can ask for another in 1 minute.
   *[other] Many codes were sent. You can ask for another in { $n } minutes.
}
page-note-failed = We couldn't send it that way. Try another one.
page-note-stopped = You asked us not to message you that way. Try another one.
page-note-paused = { $n ->
    [one] No codes go out just now. Try again in 1 minute.
   *[other] No codes go out just now. Try again in { $n } minutes.
}
page-note-refused = We can't send codes to that number. Use another mobile.
page-note-number = That number isn't valid. Enter all of it, with its area code.
page-note-kept = The number can't be changed on this page any more. Go back to the app and start again.
page-note-unavailable = We couldn't check the code now. The try wasn't used: enter it again.

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
page-reset-gone-title = This link is no longer good
page-reset-gone-lead = It works once and expires soon. Ask for another from “Forgot my password”.
