/* How the demands are met, and what checks say of it; fetched with those screens only. */
import type { CheckState, ControlKind, Duty, RegisterState, Status } from '../../api/proof';
import { checkTitles } from './checks';

const statuses: Record<Status, string> = {
  proven: '実証済み',
  failing: '不適合',
  stale: '期限切れ',
  open: '未実証',
};

const meanings: Record<Status, string> = {
  proven: 'すべての検査が期限内に合格し、必要な記録もそろっています。',
  failing: '不合格の検査があります。一つでもあれば、ほかが合格していても不適合です。',
  stale: '前は合格していましたが、検査の結果か記録が古くなっています。',
  open: 'まだ確かめられていません。検査が動いていないか、記録がそろっていません。',
};

const checkStates: Record<CheckState, string> = {
  passed: '合格',
  failed: '不合格',
  stale: '期限切れ',
  unable: '実行できず',
  never: '未実行',
  off: '停止中',
  open: '準備中',
};

const registerStates: Record<RegisterState, string> = {
  held: '記録あり',
  expired: '期限切れ',
  empty: '記録なし',
  unapproved: '未承認',
  open: '準備中',
};

const duties: Record<Duty, string> = { provider: '事業者', customer: '団体', both: '事業者と団体' };

const kinds: Record<ControlKind, string> = {
  enforced: 'プログラムが常に守る',
  operated: '人の手順と記録で守る',
  attested: '文書や証明で示す',
};

const families: Record<string, string> = {
  ID: 'アカウント・認証',
  AC: 'アクセス制御・分離',
  CR: '暗号・鍵',
  LG: 'ログ',
  DT: '検知・基盤保護',
  CH: '変更管理',
  NT: '告知・周知',
  SL: 'サービスレベル',
  BC: '業務継続',
  IR: 'インシデント対応',
  VM: '脆弱性・部品管理',
  SC: '供給網・委託',
  DA: 'データ',
  GV: '統制',
};

function span(seconds: number): string {
  if (seconds % 86_400 === 0) return `${seconds / 86_400}日`;
  if (seconds % 3_600 === 0) return `${seconds / 3_600}時間`;
  if (seconds % 60 === 0) return `${seconds / 60}分`;
  return `${seconds}秒`;
}

export const proof = {
  statuses,
  meanings,
  checkStates,
  registerStates,
  duties,
  kinds,
  families,
  checkTitle: (id: string): string => checkTitles[id] ?? id,

  title: '要件の適合状況',
  lead: '別紙の要件ごとに、対策が働いていることを、実際の検査と記録で示します。',
  asOf: (time: string) => `${time} 時点`,
  again: '最新の状態にする',
  annexes: '別紙',
  annex: (id: string) => `別紙${id}`,
  rows: (count: number) => `${count}件`,
  every: 'ほかの別紙も表示する',
  applying: '契約の別紙だけを表示する',
  notApplying: '契約の対象外',
  noAnnex: '契約に、要件の別紙が登録されていません。',
  tally: '状態ごとの件数',
  tallyHint: '押すと、その状態だけを表示します。',
  meaning: '状態の意味',
  byChapter: '章ごとの件数',
  chapter: '章',
  total: '要件',
  trend: {
    title: 'これまでの変化',
    none: 'まだ記録がありません。毎日の件数が、ここに残ります。',
    summary: (from: string, to: string) => `${from}から${to}までの件数`,
    same: (count: number) => `${count}件のまま`,
    change: (from: number, to: number) => `${from}件から${to}件`,
    day: '日付',
    table: '表で見る',
  },
  filter: {
    title: '要件の一覧',
    words: '番号・言葉でさがす',
    status: '状態',
    chapter: '章',
    order: '並べ方',
    all: 'すべて',
    orders: { worst: '不適合を先に', annex: '別紙の順' },
    clear: 'しぼりこみをやめる',
    none: 'あてはまる要件はありません。',
    count: (shown: number, all: number) => (shown === all ? `${all}件` : `${all}件のうち${shown}件`),
  },
  columns: {
    id: '番号',
    text: '要件',
    status: '状態',
    checks: '検査の合格',
    registers: '記録',
    last: '最後の検査',
    since: '変わった日時',
  },
  of: (part: number, whole: number) => `${part}／${whole}`,
  none: 'なし',
  never: 'まだ',
  print: '印刷する',
  sheet: '要件適合表（Excel）',

  requirement: {
    title: (id: string) => `要件 ${id}`,
    demanded: '求められていること',
    place: '別紙の番号',
    group: '章・項目',
    duty: '守る人',
    state: '状態',
    sinceAt: (time: string) => `${time}から`,
    why: 'その理由',
    allPassed: 'すべての検査に合格し、必要な記録がそろっています。',
    how: 'どう守っているか',
    controlsHint: (count: number) => `${count}つの対策で守っています。`,
    checks: '検査',
    registers: '記録',
    noCheck: 'この対策に、自動の検査はありません。',
    history: '状態の変化',
    noHistory: '状態が変わったことは、まだありません。',
    when: '日時',
    shown: '監査人が確かめること（英語）',
    package: '証明書類一式を受け取る',
    packageHint: 'このページの内容と、検査の記録・その証明・署名が、一つのファイルになります。',
  },

  check: {
    what: '検査の内容（英語の原文）',
    control: '対策',
    requirements: 'この検査で示す要件',
    state: '結果',
    objects: '調べた数',
    objectsOf: (count: number) => `${count.toLocaleString('ja-JP')}件`,
    every: '間隔',
    everyOf: (seconds: number) => `${span(seconds)}ごと`,
    last: '最後の検査',
    next: '次の検査',
    took: 'かかった時間',
    tookOf: (ms: number) => (ms < 1_000 ? `${ms}ミリ秒` : `${(ms / 1_000).toFixed(1)}秒`),
    since: '変わった日時',
    event: '記録の番号',
    eventOf: (index: number) => `${index}番`,
    tried: '試したことと、その結果',
    action: '試したこと',
    seen: '見えたもの',
    outcome: '結果',
    asWished: '期待どおり',
    unlike: '期待とちがう',
    times: (count: number) => `${count}回`,
    noSteps: 'まだ検査していません。',
    waits: '待っているもの',
    waitsFor: (what: string) => `待っているもの：${what}`,
    waitsUnknown: 'この検査で調べる対象が、まだありません。',
    turns: '結果の変化',
    turnsHint: '同じ結果が続いた間を、一行にまとめています。',
    noTurns: '検査の記録は、まだありません。',
    now: '現在',
    between: (from: string, to: string) => `${from}～${to}`,
    ranTimes: (count: number) => `${count.toLocaleString('ja-JP')}回の検査`,
    events: '記録の番号',
    eventsOf: (first: number, last: number) => (first === last ? String(first) : `${first}～${last}`),
    details: '試したこと',
    open: 'この検査のページ',
  },

  run: {
    label: '試す',
    running: '検査しています…',
    done: (state: string) => `いま検査しました：${state}`,
    soon: '少し前に検査したばかりです。数秒待ってから、もう一度押してください。',
    notNow: 'いまは、この検査を始められません。',
    long: '検査は始まりましたが、まだ終わっていません。結果が出ると、このページに表示されます。',
    hint: '同じ検査を、いま一度行います。',
  },

  register: {
    records: '記録の数',
    recordsOf: (count: number) => `${count.toLocaleString('ja-JP')}件`,
    oldest: 'いちばん古い確認',
    valid: '有効な期間',
    validOf: (seconds: number) => span(seconds),
    waitsUnknown: 'この記録を残す機能が、まだありません。',
  },

  checks: {
    title: '検査',
    lead: 'サービスは、決めた間隔で自分を検査し、結果を書きかえられない記録に残します。',
    posture: 'サービスの姿勢',
    postureHint: '時計・通信口・暗号・証明書・プログラムの囲い・プログラムの照合です。',
    state: '結果',
    group: '分野',
    words: '言葉でさがす',
    all: 'すべて',
    count: (shown: number, all: number) => (shown === all ? `${all}件` : `${all}件のうち${shown}件`),
    none: 'あてはまる検査はありません。',
    empty: '検査が登録されていません。',
    columns: { control: '対策', check: '検査', state: '結果', last: '最後', next: '次', took: '時間', every: '間隔' },
  },
};
