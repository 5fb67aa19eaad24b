# Os dados de uma pessoa: cópia e exclusão.

export-conversations-title = Suas conversas com a Ventanilla
export-you = Você
export-us = Ventanilla
export-readme-title = Seus dados na Ventanilla, em { $day }
export-readme-files = Este arquivo traz seus dados. data.json tem todos eles, em um formato que outros programas leem ({ $schema }). statement.csv é seu extrato: uma linha para cada movimento de todas as suas carteiras. conversation.html são suas conversas, para ler em um navegador.
export-readme-account = Sua conta: nome, número, e-mail, idioma, sessões e chats vinculados. Você os informou ao se cadastrar ou ao nos escrever. Servem para saber que é você e para avisar você. São mantidos enquanto você tiver conta.
export-readme-money = Seu dinheiro: carteiras, transferências, movimentos, descrições e pessoas a quem você paga. Vêm dos seus pagamentos e dos que você recebe. Servem para manter sua conta. A lei sobre pagamentos obriga a mantê-los por { $days } dias desde cada movimento, mesmo se você apagar sua conta; nesse caso ficam bloqueados.
export-readme-texts = Suas mensagens: o que você escreveu e o que respondemos. Servem para atender você. São mantidas por { $days } dias.
export-readme-flows = Suas respostas a questionários, que podem tratar da sua saúde. Você as deu com seu consentimento e elas servem para orientar você. São mantidas por { $days } dias.
export-readme-codes = Os códigos que enviamos a você: quando, por qual canal e para quê; nunca o código. Servem para comprovar que é você. São mantidos por { $days } dias.
export-readme-webhooks = As notificações técnicas dos provedores de mensagens, com o mesmo conteúdo das suas mensagens, são mantidas por { $days } dias e não estão neste arquivo.
export-readme-deliveries = Se suas mensagens chegaram: isso é mantido por { $days } dias.
export-readme-left-out = Não está aqui: o que é de outras pessoas (nomes, números e textos delas), os códigos, as senhas e chaves, que só guardamos cifradas ou de forma irreversível, e os registros de segurança, que só têm identificadores.
export-readme-rights = Você pode corrigir seus dados, se opor a mensagens (escreva SAIR) ou pedir a exclusão (escreva «apagar minha conta»). Você tem três dias para voltar atrás. Twilio, Meta e Telegram guardam cópias próprias, conforme seus termos.

data-which = Do que você precisa? «exportar meus dados»: eu dou uma cópia. «apagar minha conta»: eu apago sua conta e seus dados. SAIR: eu paro de escrever para você. Escreva uma das três.
data-needs-number = Para isso preciso confirmar que é você com um código, e este chat não mostra seu número. Escreva para mim pelo WhatsApp do seu número, ou faça isso na sua conta.
erasure-what = Se você apagar sua conta, são apagados seu nome, seu número, seu e-mail, suas mensagens e suas respostas. A lei obriga a guardar por dez anos os registros dos seus pagamentos: ficam bloqueados e só são consultados se a lei exigir. Você tem 72 horas para voltar atrás; depois não há volta.
erasure-ask = Apago sua conta? Responda Sim ou Não.
erasure-in-the-way = Ainda não posso apagar sua conta:
erasure-money-left = • Você ainda tem dinheiro. Envie antes para outra conta.
erasure-transfers-open = • Você tem uma transferência aberta. Confirme, cancele ou espere ela terminar.
erasure-transfers-in-doubt = • Uma transferência sua está em dúvida. É preciso esperar para saber o que aconteceu.
erasure-held = • Um atendente precisa ver isso. Escreva ATENDENTE.
erasure-due = Pronto. Sua conta será apagada em { $at }. Se mudar de ideia antes, escreva «cancelar exclusão». Se quiser uma cópia dos seus dados, escreva «exportar meus dados».
erasure-taken-back = Pronto, sua conta não será apagada. Tudo continua como estava.
no-erasure = Não há nenhuma exclusão pendente. Tudo continua como estava.
export-link = Seus dados estão quase prontos. Baixe aqui: { $link } O link funciona uma única vez e vence em 24 horas. Não compartilhe com ninguém.
