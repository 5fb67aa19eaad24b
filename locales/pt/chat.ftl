# A conversa. O que está entre aspas e o que está em maiúsculas são palavras que o chat entende.

greeting = Olá! Sou a Ventanilla, seu banco por chat. Posso mostrar seu “saldo”, seu “extrato” ou enviar dinheiro: experimente “enviar 100 para minha mãe”. Escreva AJUDA quando quiser.
help =
    Posso ajudar com:
    • “saldo”: quanto você tem
    • “extrato”: o que entrou e saiu por último
    • “enviar 100 para minha mãe”: enviar dinheiro para uma conta, um telefone ou uma pessoa
    CANCELAR interrompe o que estiver pendente, ATENDENTE chama uma pessoa e SAIR encerra as minhas mensagens.
not-understood = Não entendi a sua mensagem. Você pode escrever, por exemplo, “saldo”, “extrato” ou “enviar 100 para minha mãe”.
unsupported-kind = Por enquanto só consigo ler texto. Escreva o que você precisa, por exemplo “saldo”.
edit-unread = Não leio mensagens editadas. Escreva de novo, em uma mensagem nova.
too-many-messages = Recebi muitas mensagens seguidas. Espere um minuto e continuamos.
opted-out = Pronto, não vou mais escrever para você. Se quiser voltar, envie START ou INICIAR.
opted-in = Que bom ter você de volta! Já posso escrever para você de novo. Como posso ajudar?
nothing-pending = Não há nada pendente. Quando quiser, escreva “saldo”, “extrato” ou “enviar 100 para minha mãe”.
handed-off = Vou chamar um atendente: uma pessoa vai escrever para você por aqui. Enquanto isso, você pode pedir seu “saldo” ou enviar dinheiro.
problem-noted = Sinto muito pelo que aconteceu. Já avisei um atendente: uma pessoa vai escrever para você por aqui.
number-needed = Para isso preciso do seu número de telefone. Compartilhe com o botão deste chat, ou escreva de um chat que mostre o seu número.
chat-bound = Pronto: esta conversa é de { $whose }. Você já pode pedir seu “saldo” ou enviar dinheiro.
link-code-gone = Esse link não funciona mais: ele serve uma só vez e vence em dez minutos. Peça outro na sua conta.

code-sent = Recebi sua mensagem. Para proteger a sua conta, enviei um código para você. Responda: CONFIRMAR <código>
code-still-good = Já enviei um código e ele ainda vale. Responda: CONFIRMAR <código>, ou escreva REENVIAR se ele não chegou.
resend-too-soon = { $seconds ->
    [one] O código está a caminho. Você pode pedir outro em 1 segundo.
   *[other] O código está a caminho. Você pode pedir outro em { $seconds } segundos.
}
locked = { $minutes ->
    [one] Por segurança, seu número está bloqueado por 1 minuto. Depois escreva INICIAR.
   *[other] Por segurança, seu número está bloqueado por { $minutes } minutos. Depois escreva INICIAR.
}
too-many-codes = { $minutes ->
    [one] Já enviei muitos códigos. Você poderá pedir outro em 1 minuto.
   *[other] Já enviei muitos códigos. Você poderá pedir outro em { $minutes } minutos.
}
not-reachable = Não posso enviar códigos para números deste país ou deste tipo. Escreva de outro número.
code-unavailable = O serviço de códigos não está respondendo agora. Escreva REENVIAR em alguns minutos.
code-wrong = { $left ->
    [0] Código incorreto. Não restam tentativas: escreva REENVIAR para receber outro.
    [one] Código incorreto. Resta 1 tentativa.
   *[other] Código incorreto. Restam { $left } tentativas.
}
code-gone = Esse código não vale mais. Escreva REENVIAR para receber outro.
code-right = Código correto ✅. Já vou cuidar do seu pedido.
verified = Código correto ✅. Agora sei que é você. Como posso ajudar?
no-code-pending = Não estou esperando nenhum código agora. Diga o que você precisa, por exemplo “extrato”.

balance = Seu saldo é: { $posted }
balance-available = Disponível: { $available }
movements = Suas últimas movimentações:
movements-none = Você ainda não tem movimentações.
movement = { $at }  { $amount }  { $counterpart }{ $concept }

ask-amount = Quanto você quer enviar?
which-amount = São { $thousands } ou { $decimal }?
bad-amount = Não posso enviar esse valor. Escreva assim: 150 ou 150.50.
ask-destination = Para quem envio? Diga a conta, o telefone ou o nome.
ask-account-of = Ainda não conheço a conta de { $name }. Envie a conta, o cartão ou o telefone e eu vou lembrar.
bad-destination = Não reconheço esse destino. Envie um número de conta ou de telefone.
prompt = Você vai enviar { $amount } para a conta { $account }.
prompt-payee = Você vai enviar { $amount } para { $payee }, conta { $account }.
prompt-concept = Motivo: { $concept }
prompt-check-number = Confira o número: os dígitos não batem, talvez haja um erro.
prompt-confirm = Confirma? Responda Sim ou Não.
prompt-waits = Seu envio de { $amount } para a conta { $account } ainda está pendente. Responda só Sim para enviar, ou Não.
prompt-waits-payee = Seu envio de { $amount } para { $payee }, conta { $account }, ainda está pendente. Responda só Sim para enviar, ou Não.
prompt-expired = Essa confirmação venceu e nenhum dinheiro foi movido. Peça o envio de novo.
transfer-canceled = Transferência cancelada. Nenhum dinheiro foi movido.
step-up = Para enviar { $amount } para { $destination } preciso de mais um código. Responda: CONFIRMAR <código>
step-up-waits = Falta o código para enviar { $amount } para { $destination }. Responda: CONFIRMAR <código>, ou CANCELAR.
step-up-gone = Essa transferência não pode mais ser confirmada e nenhum dinheiro foi movido. Peça de novo.
code-by-sms = Enviei por SMS.
code-by-email = Enviei por e-mail.
receipt = Transferência de { $amount } para a conta { $destination } concluída. Comprovante { $folio }. Saldo: { $balance }
processing = Sua transferência de { $amount } para { $destination } está em processamento. Aviso quando terminar.
insufficient-funds = Saldo insuficiente para completar a transferência. Disponível: { $available }
limit-per-transfer = Esse valor passa do seu limite por transferência. Tente um menor.
limit-per-day = Com esse valor você passa do seu limite de hoje. Tente um menor, ou tente amanhã.
limit-per-month = Com esse valor você passa do seu limite do mês. Tente um menor.
limit-new-payee = É a primeira vez que você paga essa conta. Por segurança, você poderá pagar em { $minutes ->
    [one] 1 minuto
   *[other] { $minutes } minutos
}.
limit-chat-new = Esta conversa acabou de ser vinculada à sua conta. Por segurança, você poderá enviar dinheiro por aqui em { $minutes ->
    [one] 1 minuto
   *[other] { $minutes } minutos
}.
no-wallet = Você não tem uma carteira em { $currency }.
transfer-refused = Não posso fazer essa transferência. Nenhum dinheiro foi movido.

button-share-number = Compartilhar meu número
flow-text = { $text }
flow-left = Certo, paramos por aqui e não guardei nada. Para começar de novo, escreva “{ $word }”.
flow-gone = Por enquanto não posso continuar este questionário. O que você respondeu continua guardado; tente mais tarde ou escreva CANCELAR.
flow-gone-again = Não posso mais continuar o questionário que você começou. Escreva “{ $word }” para começar o mais recente, ou CANCELAR.
button-flow = { $title }

button-yes = Sim
button-no = Não
button-amount = { $amount }

code-for-transfer = Ventanilla: você vai enviar { $amount } para { $destination }. Se é você, seu código é { $code }. Se não é você, não compartilhe com ninguém.
