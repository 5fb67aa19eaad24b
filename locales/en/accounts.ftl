# People's accounts: mails and notices.

mail-reset-subject = Choose a new password
mail-reset-text =
    Hello,

    Somebody, maybe you, asked for a new password for your account. To choose it open this link; it works once and for { $minutes } minutes:

    { $link }

    If it was not you, do nothing: your password stays the same.
phone-replaced = Your account now uses another number, { $number }. If it was not you, change your password and tell us at once.
limit-number-replaced = You replaced your number a short time ago. For your safety you can't send money yet; try again later.

# A code, whichever way it goes.
code-message = Ventanilla: your code is { $code }. It expires in { $minutes } minutes. Share it with nobody.
mail-code-subject = Your code
