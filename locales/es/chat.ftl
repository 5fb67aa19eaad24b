# La conversación.

greeting = ¡Hola! Soy tu ventanilla. Puedo decirte tu «saldo», tus «movimientos» o enviar dinero: «Envía 100 a» y la cuenta. Escribe AYUDA cuando quieras.
help = Esto puedo hacer: «saldo» para ver cuánto tienes, «movimientos» para ver lo último, «Transferir 100 a» y la CLABE, el teléfono o el nombre para enviar dinero. CANCELAR detiene lo que esté pendiente, ASESOR te pasa con una persona y STOP deja de escribirte.
not-understood = No entendí la solicitud. Ejemplos: «Saldo», «Movimientos» o «Enviar 100 a mi mamá».
unsupported-kind = Por ahora solo leo texto. Escríbeme qué necesitas, por ejemplo «saldo».
too-many-messages = Recibí muchos mensajes seguidos. Espera un minuto y seguimos.
opted-out = Listo, ya no te escribiré. Para volver, envía START o ALTA.
opted-in = ¡Qué gusto que vuelvas! Todo sigue como lo dejaste. ¿Qué necesitas?
nothing-pending = No hay nada pendiente. Escribe «saldo» o «enviar» cuando quieras.
handed-off = Te paso con una persona. En cuanto pueda te escribe por aquí. Mientras, «saldo» y «enviar» siguen funcionando.
problem-noted = Lamento lo que pasó. Ya avisé a una persona, que te escribirá por aquí. Tu dinero no se mueve sin tu confirmación.
number-needed = Para eso necesito conocer tu número de teléfono. Compártelo desde este chat con el botón, o escríbeme desde un número visible.
chat-bound = Listo: este chat es de { $whose }. Ya puedes pedirme tu «saldo» o enviar dinero.
link-code-gone = Ese enlace ya no sirve: se usa una sola vez y vence a los diez minutos. Pide otro desde tu cuenta.

code-sent = Recibí tu mensaje. Para proteger tu cuenta, te envié un código por WhatsApp. Responde: CONFIRMAR <código>
code-still-good = Ya te envié un código y sigue vigente. Responde: CONFIRMAR <código>, o escribe REENVIAR si no te llegó.
resend-too-soon = { $seconds ->
    [one] El código va en camino. Puedes pedir otro en 1 segundo.
   *[other] El código va en camino. Puedes pedir otro en { $seconds } segundos.
}
locked = { $minutes ->
    [one] Por seguridad, tu número está bloqueado 1 minuto. Después escribe INICIAR.
   *[other] Por seguridad, tu número está bloqueado { $minutes } minutos. Después escribe INICIAR.
}
too-many-codes = { $minutes ->
    [one] Ya te envié muchos códigos. Intenta de nuevo en 1 minuto.
   *[other] Ya te envié muchos códigos. Intenta de nuevo en { $minutes } minutos.
}
not-reachable = No puedo enviar códigos a este tipo de número. Escríbeme desde un celular.
code-unavailable = No pude usar el servicio de códigos en este momento. Escribe REENVIAR en unos minutos.
code-wrong = { $left ->
    [0] Código incorrecto. Ya no quedan intentos: escribe REENVIAR para recibir otro.
    [one] Código incorrecto. Te queda 1 intento.
   *[other] Código incorrecto. Te quedan { $left } intentos.
}
code-gone = Ese código ya no sirve. Escribe REENVIAR para recibir otro.
code-right = Código correcto ✅. Ejecutando tu solicitud.
verified = Código correcto ✅. Ya sé que eres tú. ¿Qué necesitas?
no-code-pending = No espero ningún código ahora. Escribe qué necesitas, por ejemplo «movimientos».

balance = Tu saldo es: { $posted }
balance-available = Disponible: { $available }
movements = Tus últimos movimientos:
movements-none = Todavía no hay movimientos.
movement = { $at }  { $amount }  { $counterpart }{ $concept }

ask-amount = ¿Cuánto quieres enviar?
which-amount = ¿Cuánto es: { $thousands } o { $decimal }?
bad-amount = Esa cantidad no se puede enviar. Escríbela así: 150 o 150.50.
ask-destination = ¿A qué cuenta, teléfono o persona lo envío?
ask-account-of = Todavía no conozco la cuenta de { $name }. Envíame su CLABE, su tarjeta o su teléfono y la recordaré.
bad-destination = Ese destino no lo puedo leer. Envíame una CLABE de 18 dígitos, una cuenta o un teléfono.
card = Vas a enviar { $amount } a la cuenta { $account }.
card-payee = Vas a enviar { $amount } a { $payee }, cuenta { $account }.
card-concept = Concepto: { $concept }
card-check-number = Revisa el número: su dígito de control no coincide.
card-confirm = ¿Confirmas? Responde Sí o No.
prompt-waits = Sigue pendiente tu envío de { $amount } a la cuenta { $account }. Responde solo Sí para enviarlo, o No.
prompt-waits-payee = Sigue pendiente tu envío de { $amount } a { $payee }, cuenta { $account }. Responde solo Sí para enviarlo, o No.
card-expired = Esa confirmación ya venció y no se movió nada. Pídeme el envío otra vez.
transfer-canceled = Transferencia cancelada. No se movió nada.
step-up = Para enviar { $amount } a { $destination } necesito un código más. Responde: CONFIRMAR <código>
step-up-waits = Falta el código para enviar { $amount } a { $destination }. Responde: CONFIRMAR <código>, o CANCELAR.
step-up-gone = Esa transferencia ya no se puede confirmar y no se movió nada. Pídemela otra vez.
code-by-sms = Te lo envié por SMS.
code-by-email = Te lo envié por correo.
receipt = Transferencia de { $amount } a cuenta { $destination } completada. Folio { $folio }. Saldo: { $balance }
processing = Tu transferencia de { $amount } a { $destination } está en proceso. Te aviso cuando termine.
insufficient-funds = Saldo insuficiente para completar la transferencia. Disponible: { $available }
limit-per-transfer = Esa cantidad pasa tu límite por transferencia. Prueba con una menor.
limit-per-day = Con esa cantidad pasas tu límite del día. Prueba con una menor o mañana.
limit-per-month = Con esa cantidad pasas tu límite del mes. Prueba con una menor.
limit-new-payee = Es la primera vez que le pagas a esa cuenta. Por tu seguridad podrás hacerlo en { $minutes ->
    [one] { $minutes } minuto
   *[other] { $minutes } minutos
}.
limit-chat-new = Este chat se acaba de vincular a tu cuenta. Por tu seguridad podrás enviar dinero desde aquí en { $minutes ->
    [one] { $minutes } minuto
   *[other] { $minutes } minutos
}.
no-wallet = No tienes una cartera en { $currency }.
transfer-refused = Esa transferencia no se puede hacer así. No se movió nada.

button-share-number = Compartir mi número
flow-text = { $text }
flow-left = Listo, lo dejamos aquí y no guardé nada. Si quieres volver a empezar, escribe «{ $word }».
flow-gone = Por ahora no puedo continuar este cuestionario. Lo que respondiste sigue guardado; intenta más tarde o escribe CANCELAR.
flow-gone-again = Por ahora no puedo continuar el cuestionario que empezaste. Escribe «{ $word }» para empezar el más reciente, o CANCELAR.
button-flow = { $title }

button-yes = Sí
button-no = No
button-amount = { $amount }

code-for-transfer = Ventanilla: vas a enviar { $amount } a { $destination }. Si eres tú, tu código es { $code }. Si no, no lo compartas con nadie.
