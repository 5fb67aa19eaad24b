# A conversa.

greeting = Olá! Sou o seu guichê. Posso mostrar seu «saldo», seu «extrato» ou enviar dinheiro: «Envie 100 para» e a conta. Escreva AJUDA quando quiser.
help = Isto eu sei fazer: «saldo» para ver quanto você tem, «extrato» para ver as últimas, «Enviar 100 para» e a conta, o telefone ou o nome para enviar dinheiro. CANCELAR interrompe o que estiver pendente, ASESOR chama uma pessoa e SAIR encerra as mensagens.
not-understood = Não entendi o pedido. Exemplos: «Saldo», «Extrato» ou «Enviar 100 para minha mãe».
unsupported-kind = Por enquanto só leio texto. Escreva o que você precisa, por exemplo «saldo».
too-many-messages = Recebi muitas mensagens seguidas. Espere um minuto e continuamos.
opted-out = Pronto, não vou mais escrever para você. Para voltar, envie START ou ALTA.
opted-in = Que bom ter você de volta! Tudo está como você deixou. Do que você precisa?
nothing-pending = Não há nada pendente. Escreva «saldo» ou «enviar» quando quiser.
handed-off = Vou passar você para uma pessoa, que escreverá por aqui. Enquanto isso, «saldo» e «enviar» continuam funcionando.
problem-noted = Lamento o ocorrido. Já avisei uma pessoa, que escreverá por aqui. Seu dinheiro não se move sem a sua confirmação.
number-needed = Para isso preciso conhecer seu número de telefone. Compartilhe-o nesta conversa com o botão, ou escreva de um número visível.
chat-bound = Pronto: esta conversa é de { $whose }. Já pode pedir seu «saldo» ou enviar dinheiro.
link-code-gone = Esse link já não vale: serve uma vez só e dura dez minutos. Peça outro na sua conta.

code-sent = Recebi sua mensagem. Para proteger sua conta, enviei um código pelo WhatsApp. Responda: CONFIRMAR <código>
code-still-good = Já enviei um código e ele ainda vale. Responda: CONFIRMAR <código>, ou escreva REENVIAR se não chegou.
resend-too-soon = { $seconds ->
    [one] O código está a caminho. Você pode pedir outro em 1 segundo.
   *[other] O código está a caminho. Você pode pedir outro em { $seconds } segundos.
}
locked = { $minutes ->
    [one] Por segurança, seu número está bloqueado por 1 minuto. Depois escreva INICIAR.
   *[other] Por segurança, seu número está bloqueado por { $minutes } minutos. Depois escreva INICIAR.
}
too-many-codes = { $minutes ->
    [one] Já enviei muitos códigos. Tente de novo em 1 minuto.
   *[other] Já enviei muitos códigos. Tente de novo em { $minutes } minutos.
}
not-reachable = Não posso enviar códigos para este tipo de número. Escreva de um celular.
code-unavailable = Não consegui usar o serviço de códigos agora. Escreva REENVIAR em alguns minutos.
code-wrong = { $left ->
    [0] Código incorreto. Não restam tentativas: escreva REENVIAR para receber outro.
    [one] Código incorreto. Resta 1 tentativa.
   *[other] Código incorreto. Restam { $left } tentativas.
}
code-gone = Esse código já não vale. Escreva REENVIAR para receber outro.
code-right = Código correto ✅. Executando seu pedido.
verified = Código correto ✅. Agora sei que é você. Do que você precisa?
no-code-pending = Não estou esperando nenhum código. Escreva o que você precisa, por exemplo «extrato».

balance = Seu saldo é: { $posted }
balance-available = Disponível: { $available }
movements = Suas últimas movimentações:
movements-none = Ainda não há movimentações.
movement = { $at }  { $amount }  { $counterpart }{ $concept }

ask-amount = Quanto você quer enviar?
which-amount = Quanto é: { $thousands } ou { $decimal }?
bad-amount = Esse valor não pode ser enviado. Escreva assim: 150 ou 150.50.
ask-destination = Para qual conta, telefone ou pessoa envio?
ask-account-of = Ainda não conheço a conta de { $name }. Envie a conta, o cartão ou o telefone e vou lembrar.
bad-destination = Não consigo ler esse destino. Envie uma conta, uma chave ou um telefone.
card = Você vai enviar { $amount } para a conta { $account }.
card-payee = Você vai enviar { $amount } para { $payee }, conta { $account }.
card-concept = Motivo: { $concept }
card-check-number = Confira o número: o dígito verificador não bate.
card-confirm = Confirma? Responda Sim ou Não.
prompt-waits = Seu envio de { $amount } para a conta { $account } ainda está pendente. Responda só Sim para enviar, ou Não.
prompt-waits-payee = Seu envio de { $amount } para { $payee }, conta { $account }, ainda está pendente. Responda só Sim para enviar, ou Não.
card-expired = Essa confirmação expirou e nada foi movido. Peça o envio de novo.
transfer-canceled = Transferência cancelada. Nada foi movido.
step-up = Para enviar { $amount } para { $destination } preciso de mais um código. Responda: CONFIRMAR <código>
step-up-waits = Falta o código para enviar { $amount } para { $destination }. Responda: CONFIRMAR <código>, ou CANCELAR.
step-up-gone = Essa transferência não pode mais ser confirmada e nada foi movido. Peça de novo.
code-by-sms = Enviei por SMS.
code-by-email = Enviei por e-mail.
receipt = Transferência de { $amount } para a conta { $destination } concluída. Comprovante { $folio }. Saldo: { $balance }
processing = Sua transferência de { $amount } para { $destination } está em processamento. Aviso quando terminar.
insufficient-funds = Saldo insuficiente para completar a transferência. Disponível: { $available }
limit-per-transfer = Esse valor passa do seu limite por transferência. Tente um menor.
limit-per-day = Com esse valor você passa do limite do dia. Tente um menor ou amanhã.
limit-per-month = Com esse valor você passa do limite do mês. Tente um menor.
limit-new-payee = É a primeira vez que você paga essa conta. Para sua segurança, poderá fazê-lo em { $minutes ->
    [one] { $minutes } minuto
   *[other] { $minutes } minutos
}.
limit-chat-new = Esta conversa acabou de ser vinculada à sua conta. Por segurança você poderá enviar dinheiro por aqui em { $minutes ->
    [one] { $minutes } minuto
   *[other] { $minutes } minutos
}.
no-wallet = Você não tem uma carteira em { $currency }.
transfer-refused = Essa transferência não pode ser feita assim. Nada foi movido.

button-share-number = Compartilhar meu número
flow-text = { $text }
flow-left = Certo, paramos por aqui e não guardei nada. Para começar de novo, escreva “{ $word }”.
flow-gone = Por enquanto não posso continuar este questionário. O que você respondeu continua guardado; tente mais tarde ou escreva CANCELAR.
flow-gone-again = Por enquanto não posso continuar o questionário que você começou. Escreva “{ $word }” para começar o mais recente, ou CANCELAR.
button-flow = { $title }

button-yes = Sim
button-no = Não
button-amount = { $amount }

code-for-transfer = Ventanilla: você vai enviar { $amount } para { $destination }. Se é você, seu código é { $code }. Se não, não o compartilhe com ninguém.
