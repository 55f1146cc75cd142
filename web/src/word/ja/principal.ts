/* The screens of principals, and those about other people's accounts. */
import type { Deed, Door, State } from '../../api/people';

const states: Record<State, string> = { invited: '招待中', active: '利用中', suspended: '停止中', left: '終了' };

const deeds: Record<Deed, { readonly label: string; readonly hint: string }> = {
  unlock: { label: 'ロックを解除する', hint: 'パスワードを何度もまちがえてロックされています。解除すると、すぐにログインできます。' },
  reactivate: { label: 'また使えるようにする', hint: '停止していた人が、もう一度ログインできるようになります。' },
  suspend: { label: '利用を止める', hint: '休職や端末の紛失などのとき。すぐにログアウトされ、ログインできなくなります。あとで元にもどせます。' },
  'reset-factor': {
    label: '確認コードを登録しなおしてもらう',
    hint: '確認コードの端末をなくした人のための操作です。本人であることを、会うか電話でたしかめてから行ってください。',
  },
  leave: { label: '利用を終える', hint: '退職・退園・異動のとき。元にはもどせません。' },
};

const doors: Record<Door, { readonly title: string; readonly lead: string }> = {
  invitation: {
    title: 'はじめてのログイン',
    lead: '招待状を印刷して手渡すか、リンクを本人に伝えてください。有効なのは14日間で、新しく作ると前のものは使えなくなります。',
  },
  recovery: {
    title: 'パスワードを忘れたとき',
    lead: '本人であることをたしかめてから、再設定の手紙かリンクを渡してください。有効なのは24時間です。',
  },
};

export const principal = {
  people: {
    title: '人とアカウント',
    all: 'アカウントの一覧',
    search: '名前・ログインIDでしぼりこむ',
    every: 'すべて',
    states,
    locked: 'ロック中',
    count: (count: number) => `${count}人`,
    more_there: 'を表示しています。続きがあります。',
    more: '続きを表示する',
    empty: 'あてはまるアカウントはありません。',
    noMatch: 'あてはまる人はいません。',
    fields: {
      role: '役割',
      state: '状態',
      name: '氏名',
      login: 'ログインID',
      telephone: '電話番号',
      mail: 'メール',
      facility: '園',
      code: '連携コード',
    },
    noFacility: '園に属さない',
    loginHint: '半角の英数字。ほかの人と同じものは使えません。',
    issue: 'アカウントを発行する',
    issueTitle: '新しいアカウント',
    issueLead: '発行したあと、招待状を印刷して手渡せます。',
    issueApproval: '園管理者・市管理者のアカウントは、別の市管理者が承認してから作られます。',
    issueSubmit: '発行する',
    join: '連携コードで役割を追加する',
    joinLead: 'ほかの園や役割ですでにアカウントを持つ人に、「設定」の画面で作った連携コードを聞いて入力します。新しいアカウントは要りません。',
    joinSubmit: '追加する',
    waiting: '申請しました',
    waitingHint: '別の市管理者が承認すると、実行されます。「承認待ち」の画面で確認できます。',
    recoveries: 'パスワードの再設定を頼んだ人',
    recoveriesHint: '本人からの依頼かどうかをたしかめてから、手続きをしてください。',
    help: '手続きをする',
    dismiss: '片付ける',
  },

  person: {
    factor: '確認コード',
    factorOn: '登録あり',
    factorOff: '登録なし',
    doors,
    invitedUntil: (time: string) => `いまの招待は${time}まで有効です。`,
    letter: '手紙（PDF）を作る',
    link: 'リンクを作る',
    linkMade: 'リンクを作りました。表示は一度だけです。',
    linkUntil: (time: string) => `${time}まで使えます。`,
    deedsTitle: 'アカウントの手続き',
    deeds,
    ask: (name: string, deed: string) => `${name}さん：${deed}`,
    reason: '理由',
    reasonHint: '記録に残ります。',
    done: '手続きが終わりました',
    memberships: '所属と役割',
    span: (since: string, until: string) => `${since}から${until && `${until}まで`}`,
    ended: '終了',
    endMembership: 'この所属を終える',
    endMembershipHint: 'この役割での利用だけが終わります。ほかの所属があれば、そちらは続きます。',
    sessions: 'ログインしている端末',
    noSessions: 'いまログインしている端末はありません。',
  },
};
