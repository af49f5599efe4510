// Radix 2, in place, decimation in time. `cosines` and `sines` are of the angles 2 pi k / n.
class Fft {
    constructor(n) {
        this.n = n;
        this.cosines = new Float64Array(n / 2);
        this.sines = new Float64Array(n / 2);
        for (let k = 0; k < n / 2; k++) {
            const angle = 2 * Math.PI * k / n;
            this.cosines[k] = Math.cos(angle);
            this.sines[k] = Math.sin(angle);
        }
    }

    reorder(re, im) {
        const n = this.n;
        for (let i = 0, j = 0; i < n - 1; i++) {
            if (i < j) {
                const x = re[i], y = im[i];
                re[i] = re[j];
                re[j] = x;
                im[i] = im[j];
                im[j] = y;
            }
            let bit = n >> 1;
            for (; bit <= j; bit >>= 1) j -= bit;
            j += bit;
        }
    }

    // `sign` is 1 forward and -1 back; back does not divide by n.
    transform(re, im, sign) {
        const n = this.n, cosines = this.cosines, sines = this.sines;
        this.reorder(re, im);
        for (let half = 1; half < n; half *= 2) {
            const stride = n / (2 * half);
            for (let start = 0; start < n; start += 2 * half) {
                for (let k = 0; k < half; k++) {
                    const wr = cosines[k * stride], wi = -sign * sines[k * stride];
                    const p = start + k, q = p + half;
                    const xr = re[q] * wr - im[q] * wi, xi = re[q] * wi + im[q] * wr;
                    re[q] = re[p] - xr;
                    im[q] = im[p] - xi;
                    re[p] += xr;
                    im[p] += xi;
                }
            }
        }
    }
}

function workload(small) {
    const n = small ? 1024 : 65536, rounds = small ? 2 : 40;
    const fft = new Fft(n);
    const re = new Float64Array(n), im = new Float64Array(n);
    let seed = 42;
    for (let i = 0; i < n; i++) {
        seed = seed * 16807 % 2147483647;
        re[i] = (seed % 2000 - 1000) / 1000;
    }
    const first = re.slice();
    let energy = 0;
    for (let round = 0; round < rounds; round++) {
        fft.transform(re, im, 1);
        let sum = 0;
        for (let i = 0; i < n; i++) sum += re[i] * re[i] + im[i] * im[i];
        energy += sum / n;
        fft.transform(re, im, -1);
        for (let i = 0; i < n; i++) {
            re[i] /= n;
            im[i] /= n;
        }
    }
    let worst = 0;
    for (let i = 0; i < n; i++) worst = Math.max(worst, Math.abs(re[i] - first[i]));
    return `energy ${Math.trunc(energy * 1000 + 0.5)}, ${worst < 1e-9 ? 'as before' : 'changed'}\n`;
}

const rounds = process.argv.length > 2 ? Number(process.argv[2]) : 1;
let output = '';
for (let round = 0; round === 0 || round < rounds; round++) {
    const start = process.hrtime.bigint();
    const text = workload(rounds === 0);
    if (process.argv.length > 2) console.error(String(process.hrtime.bigint() - start));
    if (round > 0 && text !== output) process.exit(1);
    output = text;
}
process.stdout.write(output);
