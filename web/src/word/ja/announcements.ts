/* Announcements. */
import type { AnnouncementState, Channel, Urgency } from '../../api/announcements';

const states: Record<AnnouncementState, string> = {
  draft: '下書き',
  waiting: '公開の承認待ち',
  published: '公開しました',
  withdrawn: '取り下げました',
};

const urgencies: Record<Urgency, string> = { normal: '通常', minor: '軽微な変更', security: '安全のための緊急' };

const channelNames: Record<Channel, string> = { screen: '画面', mail: 'メール', 'sign-in': 'ログイン画面' };

export const announcements = {
  announcements: {
    title: 'お知らせ',
    lead: 'サービスや市からのお知らせです。',
    back: 'お知らせの一覧にもどる',
    nothingNow: 'いま届いているお知らせはありません。',
    all: 'すべてのお知らせ',
    past: 'これまでのお知らせ',
    noPast: 'これまでに届いたお知らせはありません。',
    readOn: '確認済み',
    acceptedOn: '同意済み',
    none: 'あてはまるお知らせはありません。',
    write: (kind: string) => `${kind}を書く`,
    unseen: '未確認',
    toAccept: '同意が必要です',
    states,
    urgencies,
    columns: { title: '題名', kind: '種類', state: '状態', effective: '適用日', published: '公開' },
  },

  announcement: {
    text: '本文',
    list: '一覧の内容',
    difference: '前の版から変わったところ',
    added: '追加',
    removed: '削除',
    matters: '内容',
    effective: '適用日',
    published: '公開',
    urgency: '緊急度',
    consented: '早い適用日への同意',
    from: (day: string) => `${day}から`,
    firstPossible: (day: string) => `きょう公開するとき、適用日は最も早くて${day}です。`,
    early: (day: string) => `決められた予告の期間より早い適用日です（本来は${day}から）。`,
    edit: '下書きを直す',
    accept: '内容に同意する',
    acceptedAt: (time: string) => `${time}に同意しました。`,
    seenAt: (time: string) => `${time}に確認しました。`,
    receipts: '届いた人',
    seenBy: '確認',
    acceptedBy: '同意',
    partOf: (part: number, whole: number) => `${part}／${whole}人`,
    groups: '園と役割ごとの人数',
    role: '役割',
    people: '一人ずつ見る',
    person: '名前',
    notYet: 'まだ',
    editions: 'ほかの版',
    deeds: {
      publish: { label: '公開する', title: 'このお知らせを公開しますか', done: '公開しました。' },
      propose: { label: '公開の承認を求める', title: '公開の承認を求めますか', done: '承認を求めました。別の担当者が公開します。' },
      consent: { label: '早い適用日に同意する', title: '予告の期間より早い適用日に同意しますか', done: '同意を記録しました。' },
      withdraw: { label: '取り下げる', title: 'このお知らせを取り下げますか', done: '取り下げました。' },
    },
  },

  announcementEdit: {
    heading: 'お知らせの下書きを直す',
    back: 'お知らせにもどる',
    title: '題名',
    matters: '何についてのお知らせですか',
    firstOf: (day: string) => `適用日は最も早くて${day}`,
    body: '本文',
    listHint: (columns: string) => `1行に1件、項目を「|」で区切って書きます：${columns}`,
    urgencyHint: '「通常」以外は、予告の期間を待たずに適用できます。',
    effectiveHint: '空けておくと、最も早い日になります。',
    until: 'この日まで表示する',
    early: '予告の期間より早い適用日への同意を求めますか',
    earlyYes: '求める',
    submit: '下書きを保存する',
    reaches: (roles: string) => `届く人：${roles}。`,
    channels: (names: string) => `届け方：${names}。`,
    channelNames,
  },

  held: {
    lead: '続けるには、次の内容を読んで同意してください。',
    left: (count: number) => `同意が必要なものは${count}件あります。`,
    accept: '同意して続ける',
    done: '同意が必要なものはありません',
    goOn: '続ける',
    leave: 'ログアウト',
  },

  terms: {
    title: '利用規約など',
    none: '公開されている規約はありません。',
    notYet: 'まだ適用されていません',
    back: 'ログイン画面にもどる',
  },
};
