# A conversa. O que está entre aspas e o que está em maiúsculas são palavras que o chat entende.

greeting = Olá! Sou a Ventanilla, seu banco por chat. Posso mostrar seu “saldo”, seu “extrato” ou enviar dinheiro: experimente “enviar 100 para minha mãe”. Escreva AJUDA quando quiser.
help =
    Posso ajudar com:
    • “saldo”: quanto você tem
    • “extrato”: o que entrou e saiu por último
    • “enviar 100 para minha mãe”: enviar dinheiro para uma conta, um telefone ou uma pessoa
    • “minha CLABE”: como pagam você
    • “meus limites”: quanto você ainda pode enviar
    CANCELAR interrompe o que estiver pendente, ATENDENTE chama uma pessoa, CONGELAR para todo o seu dinheiro e SAIR encerra as minhas mensagens.
not-understood = Não entendi a sua mensagem. Você pode escrever, por exemplo, “saldo”, “extrato” ou “enviar 100 para minha mãe”.
unsupported-kind = Por enquanto só consigo ler texto. Escreva o que você precisa, por exemplo “saldo”.
edit-unread = Não leio mensagens editadas. Escreva de novo, em uma mensagem nova.
too-many-messages = Recebi muitas mensagens seguidas. Espere um minuto e continuamos.
opted-out = Pronto, não vou mais escrever para você. Se quiser voltar, envie START ou INICIAR.
opted-in = Que bom ter você de volta! Já posso escrever para você de novo. Como posso ajudar?
nothing-pending = Não há nada pendente. Quando quiser, escreva “saldo”, “extrato” ou “enviar 100 para minha mãe”.
handed-off = Vou chamar um atendente: uma pessoa vai escrever para você por aqui. Enquanto isso você pode pedir seu “saldo” ou enviar dinheiro. Escreva MENU para continuar comigo.
problem-noted = Sinto muito pelo que aconteceu. Já avisei um atendente: uma pessoa vai escrever para você por aqui. Escreva MENU para continuar comigo.
number-needed = Para isso preciso do seu número de telefone. Compartilhe com o botão deste chat, ou escreva de um chat que mostre o seu número.
chat-bound = Pronto: esta conversa é de { $whose }. Você já pode pedir seu “saldo” ou enviar dinheiro.
link-code-gone = Esse link não funciona mais: ele serve uma só vez e vence em dez minutos. Peça outro na sua conta.

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
step-up-waits = Falta o código para enviar { $amount } para { $destination }. Responda: CONFIRMAR <código>. Escreva REENVIAR se ele não chegou, ou CANCELAR.
step-up-gone = Essa transferência não pode mais ser confirmada e nenhum dinheiro foi movido. Peça de novo.
code-by-sms = Enviei por SMS.
code-by-email = Enviei por e-mail.
receipt = Transferência de { $amount } para a conta { $destination } concluída. Comprovante { $folio }. Saldo: { $balance }
processing = Sua transferência de { $amount } para { $destination } está em processamento. Aviso quando terminar.
insufficient-funds = Saldo insuficiente para completar a transferência. Disponível: { $available }
limit-per-transfer = Seu limite por transferência é { $limit }. Tente um valor menor.
limit-per-day = Seu limite de hoje é { $limit } e restam { $left }. Tente um valor menor, ou tente amanhã.
limit-per-month = Seu limite deste mês é { $limit } e restam { $left }. Tente um valor menor.
limit-exceeded = Esse valor passa do seu limite. Tente um menor.
limit-unfrozen = Você descongelou o seu dinheiro há pouco. Por segurança, você ainda não pode enviar; tente mais tarde.
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

# What a question is answered with, and what waits.
question-not-understood = Não entendi a sua pergunta. Posso dizer seu “saldo”, seu “extrato”, “meus limites” ou “minha CLABE”; escreva ATENDENTE se preferir falar com uma pessoa.
freeze-ask = Congelo o seu dinheiro agora? Ninguém vai poder enviar nada das suas carteiras. Responda Sim, ou escreva CONGELAR.
opt-out-ask = Você quer que eu pare de escrever? Responda Sim, ou escreva SAIR.
as-it-was = Certo, tudo continua como estava.
frozen = Pronto: congelei o seu dinheiro. Ninguém pode enviar nada das suas carteiras; o que pagarem para você ainda chega. Para descongelar, entre na sua conta com a sua senha e um código por e-mail, ou escreva ATENDENTE.
frozen-opted-out = Pronto: congelei o seu dinheiro e ninguém pode enviar nada das suas carteiras. Continuo sem escrever para você, como pediu; para falar comigo de novo, envie START.
nothing-to-freeze = Este chat não está ligado a nenhuma carteira, então não há nada para congelar aqui. Escreva do seu número, ou escreva ATENDENTE.
money-is-frozen = O seu dinheiro está congelado, então não posso enviar nada. Nenhum dinheiro foi movido. Para descongelar, entre na sua conta com a sua senha e um código por e-mail, ou escreva ATENDENTE.
released = O atendente terminou e já posso ajudar você de novo. Do que você precisa?
bot-is-back = Estou aqui de novo.
welcome = De nada! Estou aqui sempre que você precisar.
goodbye = Até logo! Estou aqui sempre que você precisar.
about-bot = Sou a Ventanilla, uma assistente automática: seu banco por chat. Se preferir uma pessoa, escreva ATENDENTE.
about-fees = Enviar dinheiro é grátis: a tarifa é 0.00.
about-arrival = Entre pessoas da Ventanilla o dinheiro chega na hora, de imediato; em outros bancos, quase sempre em alguns segundos.
about-sending = Escreva quanto e para quem, por exemplo “enviar 100 para minha mãe”. Pode ser uma CLABE, um telefone ou um nome que eu já conheça. Antes de enviar eu peço um Sim.
about-opt-out = Para eu parar de escrever, envie só SAIR. Para voltar, envie INICIAR.
about-freezing = Se você escrever só CONGELAR, ninguém pode enviar dinheiro das suas carteiras; o que pagarem para você ainda chega. Você descongela com a sua senha e um código por e-mail, ou com um atendente.
about-codes = Envio um código para saber que é você antes de mostrar ou mover o seu dinheiro. Não compartilhe com ninguém.
about-clabe = A CLABE é o número de 18 dígitos usado para pagar uma conta no México. Para ver a sua, escreva “minha CLABE”.
about-currencies = Não troco moedas: cada carteira envia na sua.
code-sent-whatsapp = Recebi sua mensagem. Para proteger a sua conta, enviei um código para você pelo WhatsApp.
code-sent-sms = Recebi sua mensagem. Para proteger a sua conta, enviei um código para você por SMS.
code-sent-call = Recebi sua mensagem. Para proteger a sua conta, vou ligar para dizer um código.
code-sent-email = Recebi sua mensagem. Para proteger a sua conta, enviei um código para você por e-mail.
code-sent-telegram = Recebi sua mensagem. Para proteger a sua conta, enviei um código para você pelo Telegram.
code-how-to-answer = Responda: CONFIRMAR <código>
code-waits = Estou esperando o código que enviei. Responda: CONFIRMAR <código>. Escreva REENVIAR se ele não chegou, ou CANCELAR.
code-reason = O código me diz que é você: sem ele não mostro nem movo o seu dinheiro. Responda: CONFIRMAR <código>. Escreva REENVIAR se ele não chegou, ou CANCELAR.
request-dropped = Certo, esqueci o seu pedido.
movements-of = Suas movimentações:
movements-none-of = Não há movimentações assim.
of-today = Hoje{ $payee }
of-yesterday = Ontem{ $payee }
of-this-week = Esta semana{ $payee }
of-last-week = A semana passada{ $payee }
of-this-month = Este mês{ $payee }
of-last-month = O mês passado{ $payee }
of-date = Dia { $day }/{ $month }{ $payee }
of-day = Dia { $day }{ $payee }
of-payee = { $payee }
of-amount = { $amount }
spent-on-payee = Você enviou { $total } para { $payee }.
spent-this-month = Este mês você gastou { $total }.
spent-today = Hoje você gastou { $total }.
spent-then = Nesses dias você gastou { $total }.
past-receipt = Transferência de { $amount } para { $destination } concluída em { $at }. Comprovante { $folio }.
past-receipt-processing = Sua transferência de { $amount } para { $destination }, de { $at }, ainda está em processamento. Comprovante { $folio }.
no-receipt = Não encontrei nenhuma transferência assim.
receiving = Para receber dinheiro, compartilhe estes dados:
receiving-name = Nome: { $name }
receiving-clabe = CLABE: { $clabe }
receiving-phone = Telefone: { $phone }
receiving-none = Você ainda não tem uma carteira que possa receber dinheiro.
limits-today = Hoje você ainda pode enviar { $amount }.
limits-month = Este mês você ainda pode enviar { $amount }.
limits-per-transfer = O máximo que você pode enviar de uma vez é { $amount }.
limits-none = Você não tem nenhum limite para enviar dinheiro.
payees = Já conheço:
payees-line = • { $payee }: { $account }
payees-none = Ainda não conheço ninguém que você paga. Vou lembrar quando você enviar dinheiro.
which-payee = De quem você está falando?
which-payee-line = { $number }. { $payee }, { $account }
digits-missing = Esse número tem { $digits } dígitos, e uma CLABE tem 18. Confira e envie o número completo.
own-account = Essa conta é sua. Para quem mais envio?
recipient-not-found = Ninguém recebe dinheiro com esse número ainda. Envie uma conta ou outro telefone.
prompt-other-account = Atenção: a conta de { $payee } que eu conheço é { $account }.
prompt-amount = São { $amount }.
prompt-bank = A conta é do banco { $bank }.
prompt-bank-unknown = Não sei de que banco é essa conta.
prompt-to-payee = É para { $payee }, conta { $account }.
prompt-to = É para a conta { $account }.
prompt-reason = Pergunto antes de mover o seu dinheiro.
button-payee = { $payee }
of-month = { $month ->
    [1] janeiro
    [2] fevereiro
    [3] março
    [4] abril
    [5] maio
    [6] junho
    [7] julho
    [8] agosto
    [9] setembro
    [10] outubro
    [11] novembro
   *[other] dezembro
}{ $payee }
prompt-again = Você já enviou { $amount } para essa conta há { $minutes ->
    [0] um momento
    [one] 1 minuto
   *[other] { $minutes } minutos
}. De novo?

# When a text is near to a few wishes.
did-you-mean = Não entendi direito. Você quis dizer uma destas?
did-you-mean-line = { $wish ->
    [check_balance] { $number }. Ver meu saldo
    [list_transactions] { $number }. Meu extrato
    [spending] { $number }. Meus gastos
    [ask_limits] { $number }. Meus limites
    [receive_details] { $number }. Como me pagam
    [agent] { $number }. Falar com alguém
    [report_problem] { $number }. Relatar um problema
    [help] { $number }. Ajuda
   *[other] { $number }. Outra coisa
}
button-wish = { $wish ->
    [check_balance] Ver meu saldo
    [list_transactions] Meu extrato
    [spending] Meus gastos
    [ask_limits] Meus limites
    [receive_details] Como me pagam
    [agent] Falar com alguém
    [report_problem] Relatar um problema
    [help] Ajuda
   *[other] Outra coisa
}

# Payees: more of them, another name, and forgetting one.
payees-more = { $more ->
    [one] … e mais 1
   *[other] … e mais { $more }
}
payees-how = Para mudar um nome, escreva “renomeia { $name } para…”; para esquecer alguém, “apaga { $name } dos meus contatos”.
payee-unknown = Não tenho { $name } entre os seus contatos. Escreva “meus contatos” para ver quem eu conheço.
payee-unknown-near = Não tenho { $name } entre os seus contatos.
payee-renamed = Pronto: { $before } ({ $account }) agora se chama { $name }. Para desfazer, escreva “renomeia { $name } para { $before }”.
payee-ask-new-name = Que nome você quer usar? Escreva assim: “renomeia { $name } para…”, com o nome novo no final.
payee-bad-name = Não posso usar esse nome. Escreva em uma linha, com até 60 letras.
payee-forget-ask = Apago { $name } ({ $account }) dos seus contatos? Responda Sim ou Não. Nenhum dinheiro é movido, e você pode pagar de novo com o número da conta.
payee-forgotten = Pronto: { $name } não está mais entre os seus contatos.
