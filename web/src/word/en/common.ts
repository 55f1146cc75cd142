/* What every screen says. */
import type { common as Japanese } from '../ja/common';

export const common: typeof Japanese = {
  product: 'Sekimori',
  tagline: 'Kindergarten and home, in touch',
  skip: 'Skip to content',
  language: 'Language',
  roles: {
    guardian: 'Guardian',
    staff: 'Teacher',
    principal: 'Principal',
    officer: 'City officer',
    'officer-admin': 'City administrator',
    auditor: 'Auditor',
    service: 'Machine account',
    operator: 'Operator',
    'operator-admin': 'Operations administrator',
  },
  kinds: { absence: 'Absent', late: 'Late', early: 'Leaving early' },

  nav: {
    label: 'Pages',
    home: 'Home',
    back: 'Back to home',
    board: 'Class board',
    door: 'Door',
    register: 'Register',
    people: 'People',
    facilities: 'Kindergartens',
    events: 'Records',
    children: 'Children',
    looked: 'Who looked',
    account: 'Settings',
    lock: 'Lock',
    signOut: 'Sign out',
    signingOut: 'Signing out…',
  },

  nothingHere: {
    title: 'There is nothing to do here',
    hint: (role) => `${role} accounts do not use these pages.`,
  },

  remote: {
    loading: 'Loading…',
    again: 'Load again',
    offline: 'No connection',
    offlineHint: 'Check your internet connection and try again.',
    stale: (time) => `No connection: what you see is from ${time}.`,
    cancelled: 'Not done',
    cancelledHint: 'Nothing has changed.',
    sendOffline: 'We could not confirm that it was sent',
    sendOfflineHint: 'Where the signal is better, press “Send report” again. It will never be counted twice.',
    slow: 'This is taking long',
    slowHint: 'Wait a little and try again.',
    broken: 'This could not be shown',
    brokenHint: 'Please try again. If it goes on, contact the kindergarten.',
    denied: 'This cannot be shown',
    deniedHint: 'You may not see it, or it does not exist.',
    notAllowed: 'You cannot do this',
    busy: 'The service is busy',
    busyHint: 'Wait a little and try again.',
    check: 'Check what you entered',
    request: (id) => `Reference ${id}`,
  },

  field: {
    required: 'required',
    optional: 'optional',
    codes: {
      missing: 'Please fill this in.',
      type: 'This has the wrong form.',
      'too-long': 'This is too long. Please shorten it.',
      'too-short': 'This is too short.',
      'too-large': 'This is too large.',
      'too-small': 'This is too small.',
      format: 'This has the wrong form.',
      choice: 'Please choose again.',
      unknown: 'This cannot be used.',
      duplicate: 'This is registered already.',
      encoding: 'This contains characters that cannot be used.',
      control: 'This contains characters that cannot be used.',
    },
    other: 'Please check this.',
  },

  dialog: { cancel: 'Cancel' },

  stepUp: {
    title: 'Please show that it is you',
    lead: 'Before something this important we ask once more who you are.',
    wrong: 'This did not match. Check what you entered.',
    submit: 'Confirm and continue',
  },

  confirm: {
    title: 'Check before it is done',
    objects: (count) => `${count} entries are concerned.`,
    phrase: (phrase) => `Type “${phrase}” to continue`,
    wrong: 'What you typed differs.',
    submit: 'Do it',
  },
};
