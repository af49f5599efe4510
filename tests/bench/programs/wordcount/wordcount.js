const VOCABULARY = 5000, WORDS = 500000;
let seed = 42;

function next(bound) {
    seed = seed * 16807 % 2147483647;
    return seed % bound;
}

function makeText() {
    const vocabulary = [];
    for (let i = 0; i < VOCABULARY; i++) {
        const length = 3 + next(8);
        let word = '';
        for (let k = 0; k < length; k++) word += String.fromCharCode(97 + next(26));
        vocabulary.push(word);
    }
    const parts = [];
    for (let i = 0; i < WORDS; i++) {
        const a = next(VOCABULARY), b = next(VOCABULARY);
        parts.push(vocabulary[Math.floor(a * b / VOCABULARY)]);
    }
    return parts.join(' ');
}

const text = makeText();
const counts = new Map();
for (const word of text.split(' ')) counts.set(word, (counts.get(word) ?? 0) + 1);
const entries = [...counts.entries()];
entries.sort((a, b) => a[1] !== b[1] ? b[1] - a[1] : a[0] < b[0] ? -1 : 1);
console.log(`${text.length} bytes, ${entries.length} distinct`);
for (let i = 0; i < 10; i++) console.log(`${entries[i][0]} ${entries[i][1]}`);
