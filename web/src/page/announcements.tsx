/* What is and was announced: for those who oversee it all of it with its state, for everybody else what reaches them now. */
import { useCallback } from 'preact/hooks';
import type { Announcement, AnnouncementKind } from '../api/announcements';
import { ANNOUNCEMENT_STATES, readAnnouncementKinds, readAnnouncements, readCurrent } from '../api/announcements';
import { unanswered } from '../base/announced';
import { writeDay, writeInstant } from '../base/day';
import { usePages } from '../base/pages';
import { useRemote } from '../base/remote';
import { useReturn } from '../base/return';
import { hrefOf, turnTo } from '../base/route';
import type { RouteOf } from '../base/route';
import { useSession } from '../base/session';
import { AnnouncementMark } from '../part/announcement';
import { Select } from '../part/field';
import { Icon } from '../part/icon';
import { Native } from '../part/name';
import { PagesView } from '../part/pages';
import { RemoteView } from '../part/remote';
import { Table } from '../part/table';
import { Title } from '../part/title';
import { useGovernWords } from '../word/govern';
import '../style/govern.css';

type Here = RouteOf<'announcements'>;

function Rows({ of: items }: { readonly of: readonly Announcement[] }) {
  const { say, told, language } = useGovernWords();
  const words = say.announcements;
  return (
    <ul class="rows">
      {items.map((one) => (
        <li key={one.id}>
          <a class="row" href={hrefOf({ page: 'announcement', announcement: one.id })}>
            <span class="row-words">
              <span class="row-label">
                <Native>{one.title}</Native>
              </span>
              <span class="row-state">
                {one.kind.title && told(one.kind.title)}
                {one.published_at && `　${writeInstant(one.published_at, language)}`}
                {!unanswered(one) && one.accepted_at && `　${words.acceptedOn}`}
                {!unanswered(one) && !one.accepted_at && one.seen_at && `　${words.readOn}`}
              </span>
            </span>
            {unanswered(one) && <span class="row-mark">{one.acknowledge === 'accept' ? words.toAccept : words.unseen}</span>}
            <Icon name="right" />
          </a>
        </li>
      ))}
    </ul>
  );
}

const NONE: readonly Announcement[] = [];

/* What reached this person before, to be read again; what is on the screen now stands above. */
function Past({ now }: { readonly now: readonly Announcement[] }) {
  const { say } = useGovernWords();
  const words = say.announcements;
  const [pages, more] = usePages<Announcement>(
    useCallback((cursor) => readAnnouncements({ kind: null, state: 'published' }, cursor), []),
  );
  const earlier = { ...pages, items: pages.items.filter(({ id }) => !now.some((one) => one.id === id)) };
  return (
    <section class="part-section" aria-labelledby="past" data-past>
      <h2 class="section-title" id="past">
        {words.past}
      </h2>
      <PagesView of={earlier} more={more} moreLabel={say.lists.more} empty={words.noPast}>
        {(items) => <Rows of={items} />}
      </PagesView>
    </section>
  );
}

function List({ here }: { readonly here: Here }) {
  const { say, told, language } = useGovernWords();
  const words = say.announcements;
  const { columns } = words;
  const { kind = null, state = null } = here;
  const [pages, more] = usePages<Announcement>(useCallback((cursor) => readAnnouncements({ kind, state }, cursor), [kind, state]));
  return (
    <PagesView of={pages} more={more} moreLabel={say.lists.more} empty={words.none}>
      {(items) => (
        <Table
          caption={words.title}
          items={items}
          keyOf={({ id }) => id}
          columns={[
            {
              label: columns.title,
              look: 'wide',
              cell: (one) => (
                <>
                  <a href={hrefOf({ page: 'announcement', announcement: one.id })}>
                    <Native>{one.title}</Native>
                  </a>
                  {one.edition > 1 && <span class="soft">{say.record.editionOf(one.edition)}</span>}
                </>
              ),
            },
            { label: columns.kind, cell: (one) => (one.kind.title ? told(one.kind.title) : '—') },
            { label: columns.state, look: 'nowrap', cell: (one) => <AnnouncementMark of={one} /> },
            {
              label: columns.effective,
              cell: (one) => (
                <>
                  {one.effective_on ? writeDay(one.effective_on, language) : '—'}
                  {one.urgency !== 'normal' && <span class="row-mark">{words.urgencies[one.urgency]}</span>}
                </>
              ),
            },
            {
              label: columns.published,
              cell: (one) => (
                <>
                  {one.origin && <span class="row-mark">{say.lists.elsewhere(say.lists.place(one.origin))}</span>}
                  {one.published_at ? writeInstant(one.published_at, language) : '—'}
                </>
              ),
            },
          ]}
        />
      )}
    </PagesView>
  );
}

function All({ kinds, here }: { readonly kinds: readonly AnnouncementKind[]; readonly here: Here }) {
  const { say, told } = useGovernWords();
  const { operations } = useSession();
  const words = say.announcements;
  const fileable = operations.has('announcement.file') ? kinds.filter(({ may }) => may.file) : [];
  const turn = (change: Partial<Here>) => turnTo({ ...here, ...change });
  return (
    <section class="part-section" aria-labelledby="all">
      <h2 class="section-title" id="all">
        {words.all}
      </h2>
      {fileable.length > 0 && (
        <div class="acts">
          {fileable.map((kind) => (
            <a key={kind.id} class="button button-outlined" href={hrefOf({ page: 'newAnnouncement', kind: kind.code })} data-file={kind.code}>
              <span>{words.write(told(kind.title))}</span>
            </a>
          ))}
        </div>
      )}
      <div class="filters">
        <Select
          label={say.lists.kind}
          name="kind"
          value={here.kind ?? 'all'}
          options={[{ value: 'all', label: say.lists.all }, ...kinds.map((kind) => ({ value: kind.code, label: told(kind.title) }))]}
          onValue={(value) => turn({ kind: value === 'all' ? null : value })}
        />
        <Select
          label={say.lists.state}
          name="state"
          value={here.state ?? 'all'}
          options={[
            { value: 'all', label: say.lists.all },
            ...ANNOUNCEMENT_STATES.map((value) => ({ value, label: words.states[value] })),
          ]}
          onValue={(value) => turn({ state: value === 'all' ? null : value })}
        />
      </div>
      <List key={`${here.kind} ${here.state}`} here={here} />
    </section>
  );
}

/* Whoever oversees a kind picks among all of them; everybody else reads again what reached them. */
function Before({ here, now }: { readonly here: Here; readonly now: readonly Announcement[] }) {
  const [kinds, again] = useRemote(readAnnouncementKinds());
  return (
    <RemoteView of={kinds} again={again}>
      {({ items }) => (items.length > 0 ? <All kinds={items} here={here} /> : <Past now={now} />)}
    </RemoteView>
  );
}

function Mine({ here }: { readonly here: Here }) {
  const { say } = useGovernWords();
  const { operations } = useSession();
  const [current, again] = useRemote(readCurrent());
  useReturn(again);
  return (
    <RemoteView of={current} again={again}>
      {({ items }) => (
        <>
          {items.length > 0 ? <Rows of={items} /> : <p class="soft">{say.announcements.nothingNow}</p>}
          {operations.has('announcement.list') &&
            (operations.has('announcement.kinds') ? <Before here={here} now={items} /> : <Past now={items} />)}
        </>
      )}
    </RemoteView>
  );
}

export function AnnouncementsPage({ here }: { readonly here: Here }) {
  const { say } = useGovernWords();
  const { operations } = useSession();
  return (
    <>
      <Title text={say.announcements.title} />
      <p class="lead">{say.announcements.lead}</p>
      {operations.has('announcement.current') ? <Mine here={here} /> : <Before here={here} now={NONE} />}
    </>
  );
}
