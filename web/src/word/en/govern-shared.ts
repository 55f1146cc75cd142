/* What several screens of governance say. */
import type { shared as words } from '../ja/govern-shared';

export const shared: typeof words = {
  fields: {
    choose: 'Choose one',
    unset: 'Not filled in',
    yes: 'Yes',
    no: 'No',
    none: '—',
    changed: 'Changed',
    range: (min, max) => {
      if (min !== null && max !== null) return `A whole number from ${min} to ${max}.`;
      if (min !== null) return `A whole number, ${min} or more.`;
      return max === null ? null : `A whole number, ${max} or less.`;
    },
  },

  deeds: {
    filed: 'Your request is filed. It takes effect when a second person approves it.',
    reason: 'Reason',
  },

  lists: {
    more: 'Show more',
    all: 'All',
    state: 'State',
    kind: 'Kind',
    whole: 'Everywhere',
    system: 'The system',
    place: (name) => (name === 'provider' ? 'the provider' : name),
    elsewhere: (name) => `From ${name}`,
    number: (number) => `No. ${number}`,
  },

  attachments: {
    title: 'Attached files',
    none: 'No files are attached.',
    add: 'Attach a file',
    addHint: 'PDF, pictures (PNG, JPEG), Excel, Word, CSV or text, up to 16 MB. It can be opened once it has been checked for viruses.',
    sending: 'Sending the file',
    sent: (part) => `${part}% sent`,
    emptyFile: 'This file is empty. Choose another one.',
    noScanner: 'The virus check is not running. It is checked by itself once it runs, and can be opened then.',
    tooLarge: 'This file is larger than 16 MB and cannot be attached.',
    open: 'Save',
    remove: 'Detach',
    removeTitle: 'Detach this file?',
    states: {
      uploading: 'Not fully sent',
      scanning: 'Being checked',
      clean: 'Checked',
      infected: 'Quarantined',
      refused: 'Not accepted',
    },
    hints: {
      uploading: 'It did not arrive whole. Attach it again.',
      scanning: 'It cannot be opened until the virus check is done. Look again in a while.',
      clean: '',
      infected: 'It may carry a virus, so nobody can open it. Those in charge have been told.',
      refused: 'What is in the file is not of a kind that can be accepted.',
    },
  },

  clocks: {
    title: 'Time limits',
    used: (title, part) => `${title}: ${part}% used`,
    due: (time) => `Due ${time}`,
    states: {
      met: 'Done in time',
      missed: 'Past the limit',
      stands: 'Standing still',
      waiting: 'Not started',
      warned: 'Running out',
      running: 'Running',
    },
  },
};
