# People's accounts: emails, notices and codes.

mail-reset-subject = Choose a new password
mail-reset-text =
    Hello,

    Somebody, maybe you, asked for a new password for your account. To choose it, open this link. { $minutes ->
        [one] You can use it once, within 1 minute:
       *[other] You can use it once, within { $minutes } minutes:
    }

    { $link }

    If it wasn't you, do nothing: your password stays the same.
phone-replaced = Your account now uses another number, { $number }. If it wasn't you, change your password and tell us right away.
limit-number-replaced = You changed your number a short time ago. For your safety, you can't send money yet; try again later.

# A code, over any channel.
code-message = { $minutes ->
    [one] Ventanilla: your code is { $code }. It expires in 1 minute. Don't share it with anybody.
   *[other] Ventanilla: your code is { $code }. It expires in { $minutes } minutes. Don't share it with anybody.
}
mail-code-subject = Your code

# What a person is told without having asked.
alert-received = You received { $amount } from { $payer }.
alert-received-concept = You received { $amount } from { $payer }. For: { $concept }
alert-deposit = You received a deposit of { $amount }.
alert-deposit-concept = You received a deposit of { $amount }. For: { $concept }
alert-deposit-payer = a deposit
alert-frozen = { $channel ->
    [whatsapp] Ventanilla: your account is frozen, as requested on WhatsApp. No money will leave it. If it wasn't you, tell us; to unfreeze it, sign in with your password or contact us.
    [telegram] Ventanilla: your account is frozen, as requested on Telegram. No money will leave it. If it wasn't you, tell us; to unfreeze it, sign in with your password or contact us.
   *[other] Ventanilla: your account is frozen. No money will leave it. If it wasn't you, tell us; to unfreeze it, sign in with your password or contact us.
}
mail-frozen-subject = Your account is frozen
alert-mfa-on = Ventanilla: two-step verification was turned on for your account: each sign-in will ask for a code. If it wasn't you, tell us.
alert-mfa-off = Ventanilla: two-step verification was turned off for your account: the password is enough to sign in. If it wasn't you, change your password and tell us.
alert-backup-codes = Ventanilla: new backup codes were made for your account; the earlier ones no longer work. If it wasn't you, change your password and tell us.
mail-mfa-subject = The security of your account changed
