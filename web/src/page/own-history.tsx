/* What was done with one's own account, by whom and why. */
import { readOwnHistory } from '../api/family';
import { Back } from '../part/back';
import { Looks } from '../part/looks';
import { Title } from '../part/title';
import { useWords } from '../word/word';

export function OwnHistoryPage() {
  const { words } = useWords();
  return (
    <>
      <Back to={{ page: 'account' }} label={words.account.back} />
      <Title text={words.account.history} />
      <p class="lead">{words.account.historyLead}</p>
      <Looks read={readOwnHistory} proof={null} hideOwn={false} />
    </>
  );
}
