/* What happened to one's own account: a changed password, a sign-in from elsewhere. */
import { useEffect } from 'preact/hooks';
import { noticesSeen, readNotices } from '../api/own';
import { writeInstant } from '../base/day';
import { useRemote } from '../base/remote';
import { useSession } from '../base/session';
import { Back } from '../part/back';
import { RemoteView } from '../part/remote';
import { Title } from '../part/title';
import { useWords } from '../word/word';

export function NoticesPage() {
  const { words, language } = useWords();
  const { client, renew, operations } = useSession();
  const say = words.notices;
  const [notices, again] = useRemote(readNotices());
  const unseen = notices.state === 'ready' && notices.value.items.some(({ seen }) => !seen);
  useEffect(() => {
    if (!unseen || !operations.has('notice.seen')) return;
    client(noticesSeen())
      .then(renew)
      .catch(() => undefined); /* they stay new until the next visit */
  }, [unseen]);
  return (
    <>
      <Back to={{ page: 'account' }} label={words.account.back} />
      <Title text={say.title} />
      <p class="lead">{say.lead}</p>
      <RemoteView of={notices} again={again}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="empty">{say.empty}</p>
          ) : (
            <ul class="reports">
              {items.map((notice) => (
                <li class="report" key={notice.id}>
                  <span class="report-day">{writeInstant(notice.at, language)}</span>
                  {!notice.seen && <span class="row-mark">{say.fresh}</span>}
                  <span class="report-reason">{notice.words}</span>
                </li>
              ))}
            </ul>
          )
        }
      </RemoteView>
    </>
  );
}
