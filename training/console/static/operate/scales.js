// The arithmetic of charts: where values stand, and the round numbers at their edges.

/** From a value within `from` to a place within `to`. */
export function scale([low, high], [start, end]) {
  const span = high - low || 1;
  return (value) => start + ((value - low) / span) * (end - start);
}

/** Round numbers that enclose `low` to `high`, about `count` of them. */
export function ticks(low, high, count = 4) {
  if (!(high > low)) return low === 0 ? [0, 1] : low > 0 ? [0, low] : [low, 0];
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough * 0.999);
  const first = Math.floor(low / step + 1e-9) * step;
  const places = Math.ceil((high - first) / step - 1e-9);
  return Array.from({ length: places + 1 }, (_, n) => Number((first + n * step).toPrecision(12)));
}

/** Whole numbers instead, where all that is counted is whole. */
export function wholeTicks(high, count = 4) {
  const found = ticks(0, Math.max(high, 1), count).filter(Number.isInteger);
  return found.length > 1 && found.at(-1) >= high ? found : [0, Math.max(1, Math.ceil(high))];
}

/** At most `most` of the indexes below `length`, evenly apart, the last one among them. */
export function spread(length, most) {
  const step = Math.max(1, Math.ceil(length / Math.max(1, most)));
  return Array.from({ length: Math.ceil(length / step) }, (_, n) => length - 1 - n * step).toReversed();
}

/** The index of the value nearest to a wanted one, in a sorted list that is not empty. */
export function nearest(sorted, wanted) {
  let [low, high] = [0, sorted.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return low > 0 && wanted - sorted[low - 1] <= sorted[low] - wanted ? low - 1 : low;
}
