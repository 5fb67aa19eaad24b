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
payment-failed = { $reason ->
    [no_such_account] No se hizo tu transferencia de { $amount } a la cuenta { $destination }: esa cuenta no existe. Tu dinero está disponible otra vez. Folio { $folio }.
    [account_closed] No se hizo tu transferencia de { $amount } a la cuenta { $destination }: esa cuenta está cerrada. Tu dinero está disponible otra vez. Folio { $folio }.
    [account_blocked] No se hizo tu transferencia de { $amount } a la cuenta { $destination }: esa cuenta está bloqueada. Tu dinero está disponible otra vez. Folio { $folio }.
    [wrong_account_type] No se hizo tu transferencia de { $amount } a la cuenta { $destination }: esa cuenta no puede recibir este tipo de pago. Tu dinero está disponible otra vez. Folio { $folio }.
    [wrong_bank] No se hizo tu transferencia de { $amount } a la cuenta { $destination }: el banco de destino no es correcto. Tu dinero está disponible otra vez. Folio { $folio }.
    [unknown_payee] No se hizo tu transferencia de { $amount } a la cuenta { $destination }: el banco no conoce a quien recibe. Tu dinero está disponible otra vez. Folio { $folio }.
    [payee_deceased] No se hizo tu transferencia de { $amount } a la cuenta { $destination }: el banco ya no puede pagar a esa persona. Tu dinero está disponible otra vez. Folio { $folio }.
    [not_allowed] No se hizo tu transferencia de { $amount } a la cuenta { $destination }: el otro banco no permite este pago. Tu dinero está disponible otra vez. Folio { $folio }.
    [wrong_amount] No se hizo tu transferencia de { $amount } a la cuenta { $destination }: el banco no acepta esa cantidad. Tu dinero está disponible otra vez. Folio { $folio }.
    [timed_out] No se hizo tu transferencia de { $amount } a la cuenta { $destination }: se acabó el tiempo del banco. Tu dinero está disponible otra vez. Folio { $folio }.
   *[other] No se hizo tu transferencia de { $amount } a la cuenta { $destination }: el banco no la aceptó. Tu dinero está disponible otra vez. Folio { $folio }.
}
payment-in-doubt = El banco todavía no nos confirma tu transferencia de { $amount } a la cuenta { $destination }. Lo estamos averiguando y no hace falta repetirla; mientras, ese dinero queda apartado. Te aviso en cuanto lo sepa. Folio { $folio }.
payment-disputed = El banco ahora dice otra cosa de tu transferencia de { $amount } a la cuenta { $destination }. Lo estamos revisando con él. Te aviso en cuanto lo sepa. Folio { $folio }.
alert-mfa-on = Ventanilla: se activó la verificación en dos pasos de tu cuenta: cada entrada pedirá un código. Si no fuiste tú, avísanos.
alert-mfa-off = Ventanilla: se desactivó la verificación en dos pasos de tu cuenta: para entrar basta la contraseña. Si no fuiste tú, cambia tu contraseña y avísanos.
alert-backup-codes = Ventanilla: se crearon códigos de respaldo nuevos para tu cuenta; los anteriores ya no sirven. Si no fuiste tú, cambia tu contraseña y avísanos.
mail-mfa-subject = Cambió la seguridad de tu cuenta
