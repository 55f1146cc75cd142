/* The screens of governance; their code comes when somebody first goes there. */
import { later } from '../part/later';
import type { Group, Screens } from './screen';

const DeskPage = later(async () => (await import('../page/desk')).DeskPage);
const RegistersPage = later(async () => (await import('../page/registers')).RegistersPage);
const BookPage = later(async () => (await import('../page/book')).BookPage);
const RecordPage = later(async () => (await import('../page/record')).RecordPage);
const NewRecordPage = later(async () => (await import('../page/record-edit')).NewRecordPage);
const EditRecordPage = later(async () => (await import('../page/record-edit')).EditRecordPage);
const CasesPage = later(async () => (await import('../page/cases')).CasesPage);
const CasePage = later(async () => (await import('../page/case')).CasePage);
const NewCasePage = later(async () => (await import('../page/case-new')).NewCasePage);
const AnnouncementsPage = later(async () => (await import('../page/announcements')).AnnouncementsPage);
const AnnouncementPage = later(async () => (await import('../page/announcement')).AnnouncementPage);
const NewAnnouncementPage = later(async () => (await import('../page/announcement-edit')).NewAnnouncementPage);
const EditAnnouncementPage = later(async () => (await import('../page/announcement-edit')).EditAnnouncementPage);
const TermsInside = later(async () => (await import('../page/terms')).TermsInside);
const ChangesPage = later(async () => (await import('../page/changes')).ChangesPage);
const ChangePage = later(async () => (await import('../page/change')).ChangePage);
const SettingsPage = later(async () => (await import('../page/settings')).SettingsPage);
const SchedulePage = later(async () => (await import('../page/schedule')).SchedulePage);
const CampaignsPage = later(async () => (await import('../page/campaigns')).CampaignsPage);
const CampaignPage = later(async () => (await import('../page/campaign')).CampaignPage);
const TaskPage = later(async () => (await import('../page/task')).TaskPage);
const AlertsPage = later(async () => (await import('../page/alerts')).AlertsPage);
const AlertPage = later(async () => (await import('../page/alert')).AlertPage);
const AlertRulesPage = later(async () => (await import('../page/alert-rules')).AlertRulesPage);
const LettersPage = later(async () => (await import('../page/letters')).LettersPage);
const DocumentsPage = later(async () => (await import('../page/documents')).DocumentsPage);
const WorkdaysPage = later(async () => (await import('../page/workdays')).WorkdaysPage);

type Shown =
  | 'desk'
  | 'registers'
  | 'book'
  | 'newRecord'
  | 'record'
  | 'editRecord'
  | 'cases'
  | 'newCase'
  | 'case'
  | 'announcements'
  | 'newAnnouncement'
  | 'announcement'
  | 'editAnnouncement'
  | 'terms'
  | 'changes'
  | 'change'
  | 'campaigns'
  | 'campaign'
  | 'task'
  | 'alerts'
  | 'alert'
  | 'alertRules'
  | 'settings'
  | 'schedule'
  | 'letters'
  | 'documents'
  | 'workdays';

export const governScreens: Screens<Shown> = {
  desk: { view: () => <DeskPage />, wide: true, needs: ['desk.see'], tab: (words) => words.nav.desk },
  registers: { view: () => <RegistersPage />, wide: true, needs: ['record.registers'], tab: (words) => words.nav.registers },
  book: {
    view: (here) => <BookPage key={here.register} here={here} />,
    wide: true,
    needs: ['record.registers', 'record.list'],
    under: 'registers',
  },
  newRecord: {
    view: ({ register }) => <NewRecordPage key={register} register={register ?? null} />,
    needs: ['record.registers', 'record.file'],
    under: 'registers',
  },
  record: {
    view: ({ record }) => <RecordPage key={record} record={record} />,
    wide: true,
    needs: ['record.registers', 'record.see'],
    under: 'registers',
  },
  editRecord: {
    view: ({ record }) => <EditRecordPage key={record} record={record} />,
    needs: ['record.registers', 'record.change'],
    under: 'registers',
  },
  cases: {
    view: (here) => <CasesPage here={here} />,
    wide: true,
    needs: ['case.kinds', 'case.list'],
    tab: (words) => words.nav.cases,
  },
  newCase: {
    view: ({ kind }) => <NewCasePage key={kind} kind={kind ?? null} />,
    needs: ['case.kinds', 'case.open'],
    under: 'cases',
  },
  case: { view: ({ case: id }) => <CasePage key={id} id={id} />, needs: ['case.kinds', 'case.see'], under: 'cases' },
  announcements: {
    view: (here) => <AnnouncementsPage here={here} />,
    wide: true,
    needs: ['announcement.current'],
    tab: (words) => words.nav.announcements,
  },
  newAnnouncement: {
    view: ({ kind }) => <NewAnnouncementPage key={kind} kind={kind ?? null} />,
    needs: ['announcement.kinds', 'announcement.file'],
    under: 'announcements',
  },
  announcement: {
    view: ({ announcement }) => <AnnouncementPage key={announcement} id={announcement} />,
    needs: ['announcement.see'],
    under: 'announcements',
  },
  editAnnouncement: {
    view: ({ announcement }) => <EditAnnouncementPage key={announcement} id={announcement} />,
    needs: ['announcement.kinds', 'announcement.change'],
    under: 'announcements',
  },
  terms: { view: () => <TermsInside />, needs: [], whenever: () => true, under: 'announcements' },
  changes: { view: (here) => <ChangesPage here={here} />, wide: true, needs: ['change.list'], tab: (words) => words.nav.changes },
  change: { view: ({ change }) => <ChangePage key={change} id={change} />, wide: true, needs: ['change.see'], under: 'changes' },
  campaigns: { view: () => <CampaignsPage />, wide: true, needs: ['campaign-task.mine'], tab: (words) => words.nav.campaigns },
  campaign: { view: ({ campaign }) => <CampaignPage key={campaign} id={campaign} />, wide: true, needs: ['campaign.see'], under: 'campaigns' },
  task: { view: ({ task }) => <TaskPage key={task} id={task} />, wide: true, needs: ['campaign-task.see'], under: 'campaigns' },
  alerts: { view: (here) => <AlertsPage here={here} />, wide: true, needs: ['alert.list'], tab: (words) => words.nav.alerts },
  alert: { view: ({ alert }) => <AlertPage key={alert} id={alert} />, wide: true, needs: ['alert.see'], under: 'alerts' },
  alertRules: { view: () => <AlertRulesPage />, wide: true, needs: ['alert.rule-list'], under: 'alerts' },
  settings: { view: () => <SettingsPage />, wide: true, needs: ['setting.list'], tab: (words) => words.nav.settings },
  schedule: { view: () => <SchedulePage />, wide: true, needs: ['schedule.see'], tab: (words) => words.nav.schedule },
  workdays: { view: () => <WorkdaysPage />, wide: true, needs: ['workdays.list'], tab: (words) => words.nav.workdays },
  letters: { view: (here) => <LettersPage here={here} />, wide: true, needs: ['letter.list'], tab: (words) => words.nav.letters },
  documents: { view: () => <DocumentsPage />, wide: true, needs: ['document.list'], tab: (words) => words.nav.documents },
};

/* What is kept, asked, told and done together. */
export const govern: Group = { label: (words) => words.nav.govern, pages: ['announcements', 'cases', 'registers', 'campaigns', 'documents'] };

/* What is watched and what changes. */
export const service: Group = { label: (words) => words.nav.service, pages: ['alerts', 'changes', 'settings', 'workdays', 'schedule', 'letters'] };
