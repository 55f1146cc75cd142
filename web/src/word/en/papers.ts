/* Letters and documents. */
import type { papers as words } from '../ja/papers';

export const papers: typeof words = {
  letters: {
    title: 'Outbox',
    lead: 'Mail and messages to other systems, and what came of them. Addresses are shown in part.',
    none: 'Nothing has been sent yet.',
    noneOf: 'Nothing fits.',
    retry: 'Try again',
    trying: { label: 'Send a trial to myself', title: 'Send a trial to yourself?', done: 'It waits to be sent. See whether it arrives.' },
    tryHint: 'It goes to the mail address of your account and to the registered systems.',
    heldHint: 'There is no way out for mail, so it stays here. It is sent once there is one.',
    states: {
      waiting: 'Waiting',
      sent: 'Sent',
      delivered: 'Delivered',
      failed: 'Failed',
      bounced: 'Came back',
      held: 'Held',
    },
    channels: { mail: 'Mail', webhook: 'Other system', post: 'City and provider' },
    columns: { number: 'No.', channel: 'By', to: 'To', state: 'State', attempts: 'Attempts', created: 'Written', next: 'Next try' },
  },

  targets: {
    title: 'Other systems that are told',
    lead: 'Registered systems are told, with a signature. A second person must approve each.',
    none: 'No other system is registered.',
    add: 'Register a system',
    addHint: 'The key of the signature is shown once. It can be used when a second person has approved.',
    submit: 'Ask for it',
    made: 'Asked for. The key of the signature is shown only here; note it down.',
    urlHint: 'Begins with https://; only what the provider allows.',
    lettersHint: 'The kinds of letters, a space between.',
    fields: { title: 'Name', url: 'URL', letters: 'What it is told' },
    states: { waiting: 'To be approved', active: 'In use', ended: 'Ended' },
    deeds: {
      approve: { label: 'Approve', title: 'Approve it?', done: 'Approved.' },
      end: { label: 'End', title: 'Tell this system nothing more?', done: 'Ended.' },
    },
  },

  documents: {
    title: 'Issued documents',
    lead: 'An issued document never changes; a correction is its next edition.',
    none: 'No document has been issued yet.',
    numbered: (number, edition) => `Document ${number}, edition ${edition}`,
    take: 'Download',
    columns: { number: 'No.', title: 'Title', issued: 'Issued', digest: 'Digest (SHA-256)', take: 'File' },
  },
};
