#!/usr/bin/python3
"""A mail server for tests: STARTTLS, delivery status notifications, and refusals on request.

    smtp.py PORT CERTIFICATE KEY

Each accepted mail is a line of JSON on standard output. A line on standard input sets what it does from then on:
accept, later (451 to the recipient), refuse (550 to the recipient), closed (421 to the sender), late (451 after the data), plain (no DSN offered).
"""
import asyncio
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP

mode = 'accept'


class Server(SMTP):
    def cut(self, arg, known):
        words = (arg or '').split(' ')
        taken = [word for word in words[1:] if word.split('=')[0].upper() in known]
        return ' '.join(word for word in words if word not in taken), taken

    async def smtp_MAIL(self, arg):
        if mode == 'closed':
            await self.push('421 4.3.2 closed for now')
            return
        arg, self.mail_words = self.cut(arg, ('RET', 'ENVID'))
        await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg):
        if mode == 'later':
            await self.push('451 4.7.1 come again')
            return
        if mode == 'refuse':
            await self.push('550 5.1.1 <someone@example.jp> nobody of that name')
            return
        arg, self.rcpt_words = self.cut(arg, ('NOTIFY', 'ORCPT'))
        await super().smtp_RCPT(arg)


class Handler:
    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        return responses if mode == 'plain' else responses[:-1] + ['250-DSN'] + responses[-1:]

    async def handle_DATA(self, server, session, envelope):
        if mode == 'late':
            return '451 4.3.0 not now'
        print(json.dumps({'from': envelope.mail_from, 'to': envelope.rcpt_tos, 'tls': session.ssl is not None, 'mail': getattr(server, 'mail_words', []),
                          'rcpt': getattr(server, 'rcpt_words', []), 'data': envelope.content.decode('ascii')}), flush=True)
        return '250 2.0.0 queued as 12345'


async def listen():
    global mode
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
    loop = asyncio.get_running_loop()
    await loop.create_server(lambda: Server(Handler(), tls_context=context, require_starttls=True), '127.0.0.1', int(sys.argv[1]))
    print('ready', flush=True)
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        mode = line.decode().strip()
        print('ready', flush=True)


asyncio.run(listen())
