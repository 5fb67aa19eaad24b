# Las cuentas de las personas: correos, avisos y códigos.

mail-reset-subject = Elige una contraseña nueva
mail-reset-text =
    Hola:

    Alguien, quizá tú, pidió una contraseña nueva para tu cuenta. Para elegirla, abre este enlace. { $minutes ->
        [one] Sirve una sola vez, durante 1 minuto:
       *[other] Sirve una sola vez, durante { $minutes } minutos:
    }

    { $link }

    Si no fuiste tú, no hagas nada: tu contraseña sigue siendo la misma.
phone-replaced = Tu cuenta ahora usa otro número, { $number }. Si no fuiste tú, cambia tu contraseña y avísanos enseguida.
limit-number-replaced = Cambiaste tu número hace poco. Por seguridad, todavía no puedes enviar dinero; inténtalo más tarde.

# Un código, por cualquier canal.
code-message = { $minutes ->
    [one] Ventanilla: tu código es { $code }. Vence en 1 minuto. No lo compartas con nadie.
   *[other] Ventanilla: tu código es { $code }. Vence en { $minutes } minutos. No lo compartas con nadie.
}
mail-code-subject = Tu código

# Lo que se cuenta a una persona sin que pregunte.
alert-received = Recibiste { $amount } de { $payer }.
alert-received-concept = Recibiste { $amount } de { $payer }. Concepto: { $concept }
alert-deposit = Recibiste un depósito de { $amount }.
alert-deposit-concept = Recibiste un depósito de { $amount }. Concepto: { $concept }
alert-deposit-payer = un depósito
alert-frozen = { $channel ->
    [whatsapp] Ventanilla: tu cuenta quedó congelada, como se pidió por WhatsApp. No saldrá dinero de ella. Si no fuiste tú, avísanos; para descongelarla entra con tu contraseña o habla con nosotros.
    [telegram] Ventanilla: tu cuenta quedó congelada, como se pidió por Telegram. No saldrá dinero de ella. Si no fuiste tú, avísanos; para descongelarla entra con tu contraseña o habla con nosotros.
   *[other] Ventanilla: tu cuenta quedó congelada. No saldrá dinero de ella. Si no fuiste tú, avísanos; para descongelarla entra con tu contraseña o habla con nosotros.
}
mail-frozen-subject = Tu cuenta quedó congelada
alert-mfa-on = Ventanilla: se activó la verificación en dos pasos de tu cuenta: cada entrada pedirá un código. Si no fuiste tú, avísanos.
alert-mfa-off = Ventanilla: se desactivó la verificación en dos pasos de tu cuenta: para entrar basta la contraseña. Si no fuiste tú, cambia tu contraseña y avísanos.
alert-backup-codes = Ventanilla: se crearon códigos de respaldo nuevos para tu cuenta; los anteriores ya no sirven. Si no fuiste tú, cambia tu contraseña y avísanos.
mail-mfa-subject = Cambió la seguridad de tu cuenta
