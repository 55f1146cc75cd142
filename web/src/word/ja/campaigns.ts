/* Campaigns and their tasks. */
import type { CampaignState, Decision, TaskState } from '../../api/campaigns';

const states: Record<CampaignState, string> = { running: '実施中', closed: '終了' };
const taskStates: Record<TaskState, string> = { open: 'まだ', done: '完了', void: '不要になりました' };

interface Words {
  readonly label: string;
  readonly done: string;
  readonly hint: string;
  readonly title: (name: string) => string;
}
const decisions: Record<Decision, Words> = {
  keep: { label: '継続', done: '継続', hint: '', title: (name) => `${name}を継続しますか` },
  change: {
    label: '変更',
    done: '変更',
    hint: '役割や所属を変える必要があるときに選びます。変更そのものは、人の管理の画面で行います。',
    title: (name) => `${name}の役割や所属を変えますか`,
  },
  delete: {
    label: '削除',
    done: '削除',
    hint: 'もう要らないアカウントを終了します。保護者と教職員はその場で終了し、ほかは人の管理の画面で終了します。',
    title: (name) => `${name}のアカウントを終了しますか`,
  },
};

export const campaigns = {
  campaigns: {
    title: '一斉の取組み',
    lead: '期限までに全員が行う、アカウントの見直しや研修です。',
    back: '取組みの一覧にもどる',
    mine: '自分が行うもの',
    nothing: '自分が行うものはありません。',
    all: 'すべての取組み',
    none: 'まだ取組みはありません。',
    overdue: '期限を過ぎています',
    held: '利用を止められている人',
    partOf: (done: number, total: number) => `${done}／${total}`,
    begin: (kind: string) => `${kind}を始める`,
    beginTitle: (kind: string) => `${kind}を始めますか`,
    begun: '始めました。対象の人の「やること」に出ます。',
    titleOf: '名前',
    titleHint: '空けておくと、種類と月から付けます。',
    dueOn: '期限の日',
    dueHint: (day: string) => `空けておくと${day}になります。`,
    note: '説明',
    states,
    taskStates,
    columns: { title: '名前', progress: '進み具合', due: '期限' },
  },

  campaign: {
    started: '開始',
    byFacility: '園ごとの進み具合',
    tasks: 'ひとつずつの状況',
    noTasks: 'まだありません。',
    whose: '行う人',
    done: '完了した日時',
    close: { label: '打ち切る', title: 'この取組みを打ち切りますか', done: '打ち切りました。' },
    closeHint: 'まだ終わっていない人は、行わなくてよくなります。',
  },

  task: {
    accounts: '確かめるアカウント',
    left: (open: number, all: number) => (open === 0 ? `${all}件すべてを判断しました。` : `${all}件のうち、あと${open}件です。`),
    undecided: 'まだ判断していません',
    never: '使われていません',
    own: '自分のアカウントは、別の人が確かめます。',
    act: '人の管理で変える',
    confirm: '読みました。終える',
    pass: (field: string, min: number) => `「${field}」が${min}以上で修了です。`,
    doneAt: (time: string) => `${time}に完了しました。`,
    heldHint: '期限を過ぎたため、終えるまでほかの画面は使えません。',
    finish: { label: '見直しを終える', title: 'この見直しを終えますか', done: '見直しを終えました。' },
    decisions,
    columns: { name: '名前', roles: '役割', last: '最後に使った日時', decision: '判断', act: '選ぶ' },
  },
};
