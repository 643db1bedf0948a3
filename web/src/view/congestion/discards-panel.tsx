import type {DropsAnswer} from '../../../../src/shared/answers.ts';
import {useApp} from '../../app.ts';
import type {ChartSource} from '../../export/source.ts';
import {duration, scaled, short} from '../../format.ts';
import {ChartMenu} from '../chart-menu.tsx';
import {LinkName} from '../names.tsx';

/** "Discards by link": the links whose own counters tell of some, most first. */
export function DiscardsPanel({answer}: {answer: DropsAnswer}) {
  const {store} = useApp();
  const {discards} = answer;
  const now = store.newestBin * 100;
  return (
    <section class="panel listing" aria-labelledby="discards-title" data-testid="panel-discards">
      <header>
        <h2 id="discards-title">Discards by link</h2>
        <p>every packet, by interface counters, mean of mostly 20 to 30 s, packets/s</p>
        <div class="controls">
          <ChartMenu source={discardsSource(answer)} />
        </div>
      </header>
      {discards.length === 0 ? (
        <p class="empty">No link's counters tell of discards.</p>
      ) : (
        <div class="scroll">
          <table>
            <thead>
              <tr>
                <th scope="col">Link</th>
                <th scope="col" class="num">
                  Received
                </th>
                <th scope="col" class="num">
                  Sent
                </th>
                <th scope="col" class="num">
                  As of
                </th>
              </tr>
            </thead>
            <tbody>
              {discards.map(({link, time, inDiscardsPerSecond, outDiscardsPerSecond}) => (
                <tr key={link} data-testid="discard-link">
                  <td>
                    <LinkName id={link} />
                  </td>
                  <td class="num">{rate(inDiscardsPerSecond)}</td>
                  <td class="num">{rate(outDiscardsPerSecond)}</td>
                  <td class="num">{duration(now - time)} ago</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

const rate = (perSecond: number | null): string =>
  perSecond === null ? '–' : perSecond < 10 ? scaled(perSecond, 0, 2) : short(perSecond);

function discardsSource({discards}: DropsAnswer): ChartSource {
  return {
    title: 'Discards by link',
    hasPicture: false,
    table: () => ({
      columns: ['link', 'received packets/s', 'sent packets/s', 'time of the counters'],
      rows: discards.map(({link, time, inDiscardsPerSecond, outDiscardsPerSecond}) => [
        link,
        inDiscardsPerSecond,
        outDiscardsPerSecond,
        new Date(time).toISOString(),
      ]),
    }),
    queries: () => [
      {what: 'Links whose counters told of discards', path: '/api/v1/drops?top=20', promql: 'sflow_ai_discards_out'},
    ],
  };
}
