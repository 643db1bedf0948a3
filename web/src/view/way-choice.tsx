import {useApp} from '../app.ts';
import {Choice} from './controls.tsx';

/** Which directions of links are shown, in lanes and map alike. */
export function WayChoice() {
  const {page} = useApp();
  return (
    <Choice
      label="Directions"
      testId="way"
      value={page.way.value}
      options={[
        {value: 'both', label: 'Both'},
        {value: 'in', label: 'In'},
        {value: 'out', label: 'Out'},
      ]}
      onChoose={(way) => (page.way.value = way)}
    />
  );
}
