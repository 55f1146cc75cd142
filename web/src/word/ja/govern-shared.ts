/* What several screens of governance say. */
export const shared = {
  fields: {
    choose: '選んでください',
    unset: '未入力',
    yes: 'はい',
    no: 'いいえ',
    none: '—',
    changed: '変更あり',
    range: (min: number | null, max: number | null): string | null => {
      if (min !== null && max !== null) return `${min}から${max}までの数で入力してください。`;
      if (min !== null) return `${min}以上の数で入力してください。`;
      return max === null ? null : `${max}以下の数で入力してください。`;
    },
  },

  deeds: {
    filed: '申請しました。別の担当者が承認すると実行されます。',
    reason: '理由',
  },

  lists: {
    more: '続きを表示する',
    all: 'すべて',
    state: '状態',
    kind: '種類',
    whole: '全体',
    system: 'システム',
    place: (name: string) => (name === 'provider' ? '事業者' : name),
    elsewhere: (name: string) => `${name}から`,
    number: (number: number) => `第${number}号`,
  },

  attachments: {
    title: '添付ファイル',
    none: '添付ファイルはありません。',
    add: 'ファイルを添付する',
    addHint: 'PDF・画像（PNG、JPEG）・Excel・Word・CSV・テキスト。16 MBまで。ウイルス検査のあとで開けるようになります。',
    sending: 'ファイルを送っています',
    sent: (part: number) => `${part}％まで送りました`,
    emptyFile: 'このファイルは空です。別のファイルを選んでください。',
    noScanner: 'ウイルス検査が止まっています。動きだすと自動で検査され、そのあと開けます。',
    tooLarge: 'このファイルは16 MBより大きいため、添付できません。',
    open: '保存する',
    remove: '添付を外す',
    removeTitle: 'この添付を外しますか',
    states: {
      uploading: '送信の途中',
      scanning: '検査中',
      clean: '検査済み',
      infected: '隔離しました',
      refused: '受け取れません',
    },
    hints: {
      uploading: '最後まで届いていません。もう一度添付してください。',
      scanning: 'ウイルス検査が終わるまで開けません。しばらくしてから見なおしてください。',
      clean: '',
      infected: 'ウイルスの疑いがあるため、だれも開けません。担当者に知らせました。',
      refused: 'ファイルの中身が、受け取れる種類ではありません。',
    },
  },

  clocks: {
    title: '期限までの時間',
    used: (title: string, part: number) => `${title}：${part}％使いました`,
    due: (time: string) => `期限 ${time}`,
    states: {
      met: '期限内に完了',
      missed: '期限を過ぎました',
      stands: '止まっています',
      waiting: 'まだ始まっていません',
      warned: '期限が近づいています',
      running: '進んでいます',
    },
  },
};
