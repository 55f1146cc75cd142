/* Letters and documents. */
import type { LetterChannel, LetterState } from '../../api/letters';

const states: Record<LetterState, string> = {
  waiting: '送信待ち',
  sent: '送りました',
  delivered: '届きました',
  failed: '送れませんでした',
  bounced: '戻ってきました',
  held: '止めています',
};

const channels: Record<LetterChannel, string> = { mail: 'メール', webhook: '外部システム', post: '市と事業者の間' };

export const papers = {
  letters: {
    title: '送信',
    lead: 'メールや外部システムへの知らせと、その結果です。宛先は一部だけ表示します。',
    none: 'まだ何も送っていません。',
    noneOf: 'あてはまるものはありません。',
    retry: 'もう一度送る',
    trying: { label: '自分あてに試しに送る', title: '自分あてに試しに送りますか', done: '送信待ちに入れました。届くかどうかをたしかめてください。' },
    tryHint: '自分のアカウントのメールアドレスと、登録された外部システムに送ります。',
    heldHint: 'メールを送る設定がないため、メールは送られずに止まっています。設定されると送られます。',
    states,
    channels,
    columns: { number: '番号', channel: '送り方', to: '宛先', state: '状態', attempts: '試した回数', created: '作成', next: '次に送る日時' },
  },

  targets: {
    title: '知らせる外部システム',
    lead: '登録した外部システムに、署名を付けて知らせます。登録には別の担当者の承認が必要です。',
    none: '登録された外部システムはありません。',
    add: '外部システムを登録する',
    addHint: '登録すると署名の鍵を一度だけ表示します。別の担当者が承認すると使えます。',
    submit: '申請する',
    made: '申請しました。署名の鍵は、この画面でだけ表示します。控えてください。',
    urlHint: 'https:// で始まり、事業者が許可した宛先だけを登録できます。',
    lettersHint: '知らせる内容の種類を、空白で区切って書きます。',
    fields: { title: '名前', url: '送り先のURL', letters: '知らせる内容' },
    states: { waiting: '承認待ち', active: '使用中', ended: '終了' } as Record<string, string>,
    deeds: {
      approve: { label: '承認する', title: 'この登録を承認しますか', done: '承認しました。' },
      end: { label: '終了する', title: 'この外部システムへの知らせを終了しますか', done: '終了しました。' },
    },
  },

  documents: {
    title: '発行した文書',
    lead: '発行した文書は変わりません。直したものは次の版になります。',
    none: 'まだ発行した文書はありません。',
    numbered: (number: number, edition: number) => `文書${number} 第${edition}版`,
    take: '受け取る',
    columns: { number: '番号', title: '表題', issued: '発行', digest: 'ハッシュ値（SHA-256）', take: 'ファイル' },
  },
};
