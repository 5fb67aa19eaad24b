# La conversación. Lo que va entre comillas y lo que va en mayúsculas son palabras que el chat entiende.

greeting = ¡Hola! Soy Ventanilla, tu banco por chat. Puedo decirte tu «saldo», mostrarte tus «movimientos» o enviar dinero: prueba con «envía 100 a mi mamá». Escribe AYUDA cuando quieras.
help =
    Esto puedo hacer por ti:
    • «saldo»: cuánto tienes
    • «movimientos»: lo último que entró y salió
    • «envía 100 a mi mamá»: enviar dinero a una CLABE, un teléfono o una persona
    CANCELAR detiene lo que esté pendiente, ASESOR te comunica con una persona y STOP detiene mis mensajes.
not-understood = No entendí tu mensaje. Puedes escribirme, por ejemplo, «saldo», «movimientos» o «envía 100 a mi mamá».
unsupported-kind = Por ahora solo puedo leer texto. Escríbeme qué necesitas, por ejemplo «saldo».
edit-unread = No leo los mensajes editados. Escríbelo otra vez, en un mensaje nuevo.
too-many-messages = Me llegaron muchos mensajes seguidos. Espera un minuto y seguimos.
opted-out = Listo, ya no te escribiré. Si quieres volver, envía START o ALTA.
opted-in = ¡Qué gusto que vuelvas! Ya puedo escribirte de nuevo. ¿En qué te ayudo?
nothing-pending = No hay nada pendiente. Cuando quieras, escribe «saldo», «movimientos» o «envía 100 a mi mamá».
handed-off = Te comunico con un asesor: una persona te escribirá por aquí. Mientras tanto, puedes pedirme tu «saldo» o enviar dinero.
problem-noted = Lamento lo que pasó. Ya avisé a un asesor: una persona te escribirá por aquí.
number-needed = Para eso necesito tu número de teléfono. Compártelo con el botón de este chat, o escríbeme desde un chat que muestre tu número.
chat-bound = Listo: este chat es de { $whose }. Ya puedes pedirme tu «saldo» o enviar dinero.
link-code-gone = Ese enlace ya no sirve: se usa una sola vez y vence a los diez minutos. Pide otro desde tu cuenta.

code-sent = Recibí tu mensaje. Para proteger tu cuenta, te envié un código. Responde: CONFIRMAR <código>
code-still-good = Ya te envié un código y todavía sirve. Responde: CONFIRMAR <código>, o escribe REENVIAR si no te llegó.
resend-too-soon = { $seconds ->
    [one] El código va en camino. Puedes pedir otro en 1 segundo.
   *[other] El código va en camino. Puedes pedir otro en { $seconds } segundos.
}
locked = { $minutes ->
    [one] Por seguridad, tu número está bloqueado por 1 minuto. Después escribe INICIAR.
   *[other] Por seguridad, tu número está bloqueado por { $minutes } minutos. Después escribe INICIAR.
}
too-many-codes = { $minutes ->
    [one] Ya te envié muchos códigos. Podrás pedir otro en 1 minuto.
   *[other] Ya te envié muchos códigos. Podrás pedir otro en { $minutes } minutos.
}
not-reachable = No puedo enviar códigos a números de este país o de este tipo. Escríbeme desde otro número.
code-unavailable = El servicio de códigos no responde en este momento. Escribe REENVIAR en unos minutos.
code-wrong = { $left ->
    [0] Código incorrecto. Ya no te quedan intentos: escribe REENVIAR para recibir otro.
    [one] Código incorrecto. Te queda 1 intento.
   *[other] Código incorrecto. Te quedan { $left } intentos.
}
code-gone = Ese código ya no sirve. Escribe REENVIAR para recibir otro.
code-right = Código correcto ✅. Enseguida va lo que me pediste.
verified = Código correcto ✅. Ya sé que eres tú. ¿En qué te ayudo?
no-code-pending = No espero ningún código en este momento. Dime qué necesitas, por ejemplo «movimientos».

balance = Tu saldo es: { $posted }
balance-available = Disponible: { $available }
movements = Tus últimos movimientos:
movements-none = Todavía no tienes movimientos.
movement = { $at }  { $amount }  { $counterpart }{ $concept }

ask-amount = ¿Cuánto quieres enviar?
which-amount = ¿Son { $thousands } o { $decimal }?
bad-amount = No puedo enviar esa cantidad. Escríbela así: 150 o 150.50.
ask-destination = ¿A quién se lo envío? Dime la cuenta, el teléfono o el nombre.
ask-account-of = Todavía no conozco la cuenta de { $name }. Envíame su CLABE, su tarjeta o su teléfono y la recordaré.
bad-destination = No reconozco ese destino. Envíame una CLABE de 18 dígitos, una cuenta o un teléfono.
prompt = Vas a enviar { $amount } a la cuenta { $account }.
prompt-payee = Vas a enviar { $amount } a { $payee }, cuenta { $account }.
prompt-concept = Concepto: { $concept }
prompt-check-number = Revisa el número: sus dígitos no cuadran, quizá hay un error.
prompt-confirm = ¿Confirmas? Responde Sí o No.
prompt-waits = Sigue pendiente tu envío de { $amount } a la cuenta { $account }. Responde solo Sí para enviarlo, o No.
prompt-waits-payee = Sigue pendiente tu envío de { $amount } a { $payee }, cuenta { $account }. Responde solo Sí para enviarlo, o No.
prompt-expired = Esa confirmación ya venció y no se movió dinero. Pídeme el envío otra vez.
transfer-canceled = Transferencia cancelada. No se movió dinero.
step-up = Para enviar { $amount } a { $destination } necesito un código más. Responde: CONFIRMAR <código>
step-up-waits = Falta el código para enviar { $amount } a { $destination }. Responde: CONFIRMAR <código>, o CANCELAR.
step-up-gone = Esa transferencia ya no se puede confirmar y no se movió dinero. Pídemela otra vez.
code-by-sms = Te lo envié por SMS.
code-by-email = Te lo envié por correo.
receipt = Transferencia de { $amount } a la cuenta { $destination } completada. Folio { $folio }. Saldo: { $balance }
processing = Tu transferencia de { $amount } a { $destination } está en proceso. Te aviso cuando termine.
insufficient-funds = Saldo insuficiente para completar la transferencia. Disponible: { $available }
limit-per-transfer = Esa cantidad supera tu límite por transferencia. Prueba con una menor.
limit-per-day = Con esa cantidad superas tu límite de hoy. Prueba con una menor, o inténtalo mañana.
limit-per-month = Con esa cantidad superas tu límite del mes. Prueba con una menor.
limit-new-payee = Es la primera vez que le pagas a esa cuenta. Por seguridad, podrás hacerlo en { $minutes ->
    [one] 1 minuto
   *[other] { $minutes } minutos
}.
limit-chat-new = Este chat se acaba de vincular a tu cuenta. Por seguridad, podrás enviar dinero desde aquí en { $minutes ->
    [one] 1 minuto
   *[other] { $minutes } minutos
}.
no-wallet = No tienes una cartera en { $currency }.
transfer-refused = No puedo hacer esa transferencia. No se movió dinero.

button-share-number = Compartir mi número
flow-text = { $text }
flow-left = Listo, lo dejamos aquí y no guardé nada. Si quieres empezar de nuevo, escribe «{ $word }».
flow-gone = Por ahora no puedo seguir con este cuestionario. Lo que respondiste sigue guardado; intenta más tarde o escribe CANCELAR.
flow-gone-again = Ya no puedo seguir con el cuestionario que empezaste. Escribe «{ $word }» para empezar el más reciente, o CANCELAR.
button-flow = { $title }

button-yes = Sí
button-no = No
button-amount = { $amount }

code-for-transfer = Ventanilla: vas a enviar { $amount } a { $destination }. Si eres tú, tu código es { $code }. Si no eres tú, no lo compartas con nadie.
