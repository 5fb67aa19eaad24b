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
payment-failed = { $reason ->
    [no_such_account] Your transfer of { $amount } to account { $destination } was not made: that account doesn't exist. Your money is available again. Receipt { $folio }.
    [account_closed] Your transfer of { $amount } to account { $destination } was not made: that account is closed. Your money is available again. Receipt { $folio }.
    [account_blocked] Your transfer of { $amount } to account { $destination } was not made: that account is blocked. Your money is available again. Receipt { $folio }.
    [wrong_account_type] Your transfer of { $amount } to account { $destination } was not made: that account can't receive this kind of payment. Your money is available again. Receipt { $folio }.
    [wrong_bank] Your transfer of { $amount } to account { $destination } was not made: the bank of that account is not the right one. Your money is available again. Receipt { $folio }.
    [unknown_payee] Your transfer of { $amount } to account { $destination } was not made: the bank doesn't know the recipient. Your money is available again. Receipt { $folio }.
    [payee_deceased] Your transfer of { $amount } to account { $destination } was not made: the bank can't pay that person any more. Your money is available again. Receipt { $folio }.
    [not_allowed] Your transfer of { $amount } to account { $destination } was not made: the other bank doesn't allow this payment. Your money is available again. Receipt { $folio }.
    [wrong_amount] Your transfer of { $amount } to account { $destination } was not made: the bank doesn't accept that amount. Your money is available again. Receipt { $folio }.
    [timed_out] Your transfer of { $amount } to account { $destination } was not made: the bank ran out of time. Your money is available again. Receipt { $folio }.
   *[other] Your transfer of { $amount } to account { $destination } was not made: the bank didn't accept it. Your money is available again. Receipt { $folio }.
}
payment-in-doubt = The bank has not confirmed your transfer of { $amount } to account { $destination } yet. We are finding out, and you don't need to repeat it; meanwhile that money is set aside. I'll tell you as soon as I know. Receipt { $folio }.
payment-disputed = The bank now says something else about your transfer of { $amount } to account { $destination }. We are checking it with them. I'll tell you as soon as I know. Receipt { $folio }.
alert-mfa-on = Ventanilla: two-step verification was turned on for your account: each sign-in will ask for a code. If it wasn't you, tell us.
alert-mfa-off = Ventanilla: two-step verification was turned off for your account: the password is enough to sign in. If it wasn't you, change your password and tell us.
alert-backup-codes = Ventanilla: new backup codes were made for your account; the earlier ones no longer work. If it wasn't you, change your password and tell us.
mail-mfa-subject = The security of your account changed
