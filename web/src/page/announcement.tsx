/* One announcement: its text, what changed in it, since when it holds, who has seen it, and what one may do. */
import { useEffect } from 'preact/hooks';
import type { AnnouncementDeed, AnnouncementStory, Receipts } from '../api/announcements';
import { acceptAnnouncement, announcementSeen, doAnnouncement, readAnnouncement, readReceipts } from '../api/announcements';
import { writeDay, writeInstant } from '../base/day';
import { announced } from '../base/announced';
import { usePlaces } from '../base/places';
import { useRemote } from '../base/remote';
import { hrefOf } from '../base/route';
import { useSending } from '../base/sending';
import { useSession } from '../base/session';
import { AnnouncementMark, AnnouncementText, Difference } from '../part/announcement';
import { Attachments } from '../part/attachments';
import { Back } from '../part/back';
import { Button } from '../part/button';
import { Deeds } from '../part/deeds';
import type { DeedOf } from '../part/deeds';
import { Issue } from '../part/issue';
import { Native } from '../part/name';
import { Notice } from '../part/notice';
import { SendProblem } from '../part/problem';
import { RemoteView } from '../part/remote';
import { Table } from '../part/table';
import { Title } from '../part/title';
import { useGovernWords } from '../word/govern';
import { useWords } from '../word/word';
import '../style/govern.css';

interface OfProps {
  readonly of: AnnouncementStory;
}

function Facts({ of: story }: OfProps) {
  const { say, told, language } = useGovernWords();
  const words = say.announcement;
  const matters = story.matters.map(({ title, code }) => (title ? told(title) : code)).join('、');
  return (
    <dl class="facts panel record-facts">
      <div>
        <dt>{say.lists.state}</dt>
        <dd>
          <AnnouncementMark of={story} />
        </dd>
      </div>
      {matters && (
        <div>
          <dt>{words.matters}</dt>
          <dd>{matters}</dd>
        </div>
      )}
      {story.effective_on && (
        <div>
          <dt>{words.effective}</dt>
          <dd>{writeDay(story.effective_on, language)}</dd>
        </div>
      )}
      {story.published_at && (
        <div>
          <dt>{words.published}</dt>
          <dd>{writeInstant(story.published_at, language)}</dd>
        </div>
      )}
      {story.origin && (
        <div>
          <dt>{say.record.origin}</dt>
          <dd>{say.lists.place(story.origin)}</dd>
        </div>
      )}
      {story.urgency !== 'normal' && (
        <div>
          <dt>{words.urgency}</dt>
          <dd>{say.announcements.urgencies[story.urgency]}</dd>
        </div>
      )}
      {story.consent && (
        <div>
          <dt>{words.consented}</dt>
          <dd>
            {writeInstant(story.consent.at, language)} {story.consent.reason && <Native>{story.consent.reason}</Native>}
          </dd>
        </div>
      )}
    </dl>
  );
}

const DEEDS: readonly AnnouncementDeed[] = ['publish', 'propose', 'consent', 'withdraw'];
const REASONED: readonly AnnouncementDeed[] = ['consent', 'withdraw'];
/* Done to what was read: refused when it has been changed since. */
const READ: readonly AnnouncementDeed[] = ['publish', 'consent'];

function useDeeds({ of: story }: OfProps): readonly DeedOf[] {
  const { say, language } = useGovernWords();
  const { operations } = useSession();
  const words = say.announcement;
  return DEEDS.filter((deed) => story.may[deed] && operations.has(`announcement.${deed}`))
    .filter((deed) => deed !== 'propose' || story.state === 'draft')
    .map((deed): DeedOf => {
      const { label, title, done } = words.deeds[deed];
      const early = deed !== 'withdraw' && story.first_possible && story.effective_on && story.effective_on < story.first_possible;
      return {
        name: deed,
        label,
        title,
        done,
        first: deed === 'publish',
        ...(early && story.first_possible ? { lead: words.early(writeDay(story.first_possible, language)) } : {}),
        fields: REASONED.includes(deed) ? [{ name: 'reason', label: say.deeds.reason, kind: 'area', required: true, maxLength: 500 }] : [],
        call: (values, key) =>
          doAnnouncement(
            story.id,
            deed,
            {
              ...(REASONED.includes(deed) ? values : {}),
              ...(READ.includes(deed) && story.revision !== null ? { revision: story.revision } : {}),
            },
            key,
          ),
      };
    });
}

/* Read once is seen; accepting is an act of its own. */
function Answer({ of: story, again }: OfProps & { readonly again: () => void }) {
  const { say, language } = useGovernWords();
  const { client, operations } = useSession();
  const words = say.announcement;
  const { busy, problem, send } = useSending();
  const unseen = story.acknowledge !== 'none' && story.may.seen && !story.seen_at && operations.has('announcement.seen');
  useEffect(() => {
    if (!unseen) return;
    client(announcementSeen(story.id)).then(announced, () => undefined); /* it stays new until the next visit */
  }, [client, story.id, unseen]);
  if (story.accepted_at) return <p class="soft">{words.acceptedAt(writeInstant(story.accepted_at, language))}</p>;
  const { digest } = story;
  if (!story.may.accept || !digest || !operations.has('announcement.accept')) {
    return story.seen_at ? <p class="soft">{words.seenAt(writeInstant(story.seen_at, language))}</p> : null;
  }
  const accept = async () => {
    await client(acceptAnnouncement(story.id, story.edition, digest));
    announced();
    again();
  };
  return (
    <div class="acts">
      {problem && <SendProblem problem={problem} />}
      <Button look="filled" busy={busy} onClick={() => void send(accept)}>
        {words.accept}
      </Button>
    </div>
  );
}

const percent = (part: number, whole: number): number => (whole === 0 ? 0 : Math.floor((100 * part) / whole));

function Progress({ label, part, whole }: { readonly label: string; readonly part: number; readonly whole: number }) {
  const { say } = useGovernWords();
  return (
    <p class="progress-line">
      <span>{label}</span>
      <progress max={100} value={percent(part, whole)} aria-label={label} />
      <span>{say.announcement.partOf(part, whole)}</span>
    </p>
  );
}

function ReceiptsView({ of: receipts, accept }: { readonly of: Receipts; readonly accept: boolean }) {
  const { say, language } = useGovernWords();
  const { words: common } = useWords();
  const words = say.announcement;
  const names = usePlaces();
  return (
    <>
      <Progress label={words.seenBy} part={receipts.counts.seen} whole={receipts.counts.audience} />
      {accept && <Progress label={words.acceptedBy} part={receipts.counts.accepted} whole={receipts.counts.audience} />}
      {receipts.groups.length > 0 && (
        <Table
          caption={words.groups}
          items={receipts.groups}
          keyOf={({ facility, role }) => `${facility} ${role}`}
          columns={[
            { label: say.record.facility, cell: ({ facility }) => (facility ? <Native>{names.get(facility) ?? facility}</Native> : say.lists.whole) },
            { label: words.role, cell: ({ role }) => common.roles[role] },
            { label: words.seenBy, look: 'figure', cell: ({ seen, audience }) => words.partOf(seen, audience) },
            ...(accept
              ? [{ label: words.acceptedBy, look: 'figure' as const, cell: (one: { readonly accepted: number; readonly audience: number }) => words.partOf(one.accepted, one.audience) }]
              : []),
          ]}
        />
      )}
      {receipts.items.length > 0 && (
        <details class="explain after-table">
          <summary>{words.people}</summary>
          <Table
            caption={words.people}
            items={receipts.items}
            keyOf={({ account }) => account}
            columns={[
              { label: words.person, look: 'wide', cell: ({ name, account }) => <Native>{name ?? account}</Native> },
              { label: words.seenBy, cell: ({ seen_at }) => (seen_at ? writeInstant(seen_at, language) : words.notYet) },
              ...(accept
                ? [{ label: words.acceptedBy, cell: (one: { readonly accepted_at: string | null }) => (one.accepted_at ? writeInstant(one.accepted_at, language) : words.notYet) }]
                : []),
            ]}
          />
        </details>
      )}
    </>
  );
}

function ReceiptsOf({ of: story }: OfProps) {
  const { say } = useGovernWords();
  const [receipts, again] = useRemote(readReceipts(story.id));
  return (
    <section class="part-section" aria-labelledby="receipts">
      <h2 class="section-title" id="receipts">
        {say.announcement.receipts}
      </h2>
      <RemoteView of={receipts} again={again}>
        {(value) => <ReceiptsView of={value} accept={story.acknowledge === 'accept'} />}
      </RemoteView>
    </section>
  );
}

function Editions({ of: story }: OfProps) {
  const { say, language } = useGovernWords();
  const others = story.editions.filter(({ id }) => id !== story.id);
  if (others.length === 0) return null;
  return (
    <section class="part-section" aria-labelledby="editions">
      <h2 class="section-title" id="editions">
        {say.announcement.editions}
      </h2>
      <ul class="plain-list">
        {others.map((one) => (
          <li key={one.id}>
            <a class="row-link" href={hrefOf({ page: 'announcement', announcement: one.id })}>
              {say.record.editionOf(one.edition)}
            </a>{' '}
            {one.effective_on && <span class="soft">{say.announcement.from(writeDay(one.effective_on, language))}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Shown({ of: story, again }: OfProps & { readonly again: () => void }) {
  const { say, told, language } = useGovernWords();
  const { operations } = useSession();
  const words = say.announcement;
  const deeds = useDeeds({ of: story });
  const draft = story.state === 'draft' || story.state === 'waiting';
  return (
    <>
      <Title text={story.title}>
        <span class="eyebrow">
          {story.kind.title && told(story.kind.title)} {story.edition > 1 && say.record.editionOf(story.edition)}
        </span>
        <Native>{story.title}</Native>
      </Title>
      <Facts of={story} />
      {draft && story.first_possible && (
        <Notice tone="info" title={words.firstPossible(writeDay(story.first_possible, language))} />
      )}
      <Deeds of={deeds} about={story.title} changed={again} />
      <div class="acts">
        {story.may.change && operations.has('announcement.change') && (
          <a class="button button-outlined" href={hrefOf({ page: 'editAnnouncement', announcement: story.id })}>
            <span>{words.edit}</span>
          </a>
        )}
        <Issue kind="announcement" object={story.id} />
      </div>
      <section class="part-section" aria-labelledby="text">
        <h2 class="section-title" id="text">
          {words.text}
        </h2>
        <AnnouncementText of={story} />
      </section>
      {story.difference && (
        <section class="part-section" aria-labelledby="difference">
          <h2 class="section-title" id="difference">
            {words.difference}
          </h2>
          <Difference of={story.difference} />
        </section>
      )}
      {story.state === 'published' && <Answer of={story} again={again} />}
      <Attachments kind="announcement" object={story.id} may={story.may.change} />
      <Editions of={story} />
      {story.may.receipts && story.state === 'published' && operations.has('announcement.receipts') && <ReceiptsOf of={story} />}
    </>
  );
}

export function AnnouncementPage({ id }: { readonly id: string }) {
  const { say } = useGovernWords();
  const [story, again] = useRemote(readAnnouncement(id));
  return (
    <>
      <Back to={{ page: 'announcements' }} label={say.announcements.back} />
      <RemoteView of={story} again={again}>
        {(value) => <Shown of={value} again={again} />}
      </RemoteView>
    </>
  );
}
