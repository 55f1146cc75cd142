/* One's own task, or one that is overseen. */
import { Back } from '../part/back';
import { TaskView } from '../part/task';
import { useGovernWords } from '../word/govern';
import '../style/govern.css';

export function TaskPage({ id }: { readonly id: string }) {
  const { say } = useGovernWords();
  return (
    <>
      <Back to={{ page: 'campaigns' }} label={say.campaigns.back} />
      <TaskView id={id} />
    </>
  );
}
