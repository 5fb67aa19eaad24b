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
