package main

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"time"
)

// Radix 2, in place, decimation in time. `cosines` and `sines` are of the angles 2 pi k / n.
type fft struct {
	n              int
	cosines, sines []float64
}

func newFft(n int) *fft {
	f := &fft{n, make([]float64, n/2), make([]float64, n/2)}
	for k := range f.cosines {
		angle := 2 * math.Pi * float64(k) / float64(n)
		f.cosines[k] = math.Cos(angle)
		f.sines[k] = math.Sin(angle)
	}
	return f
}

func reorder(re, im []float64) {
	n, j := len(re), 0
	for i := 0; i < n-1; i++ {
		if i < j {
			re[i], re[j] = re[j], re[i]
			im[i], im[j] = im[j], im[i]
		}
		bit := n / 2
		for ; bit <= j; bit /= 2 {
			j -= bit
		}
		j += bit
	}
}

// `sign` is 1 forward and -1 back; back does not divide by n.
func (f *fft) transform(re, im []float64, sign float64) {
	n := f.n
	reorder(re, im)
	for half := 1; half < n; half *= 2 {
		stride := n / (2 * half)
		for start := 0; start < n; start += 2 * half {
			for k := 0; k < half; k++ {
				wr, wi := f.cosines[k*stride], -sign*f.sines[k*stride]
				p := start + k
				q := p + half
				xr, xi := re[q]*wr-im[q]*wi, re[q]*wi+im[q]*wr
				re[q] = re[p] - xr
				im[q] = im[p] - xi
				re[p] += xr
				im[p] += xi
			}
		}
	}
}

func workload(small bool) string {
	n, rounds := 65536, 40
	if small {
		n, rounds = 1024, 2
	}
	f := newFft(n)
	re, im, first := make([]float64, n), make([]float64, n), make([]float64, n)
	seed := 42
	for i := range re {
		seed = seed * 16807 % 2147483647
		re[i] = float64(seed%2000-1000) / 1000
	}
	copy(first, re)
	energy := 0.0
	for round := 0; round < rounds; round++ {
		f.transform(re, im, 1)
		sum := 0.0
		for i := range re {
			sum += re[i]*re[i] + im[i]*im[i]
		}
		energy += sum / float64(n)
		f.transform(re, im, -1)
		for i := range re {
			re[i] /= float64(n)
			im[i] /= float64(n)
		}
	}
	worst := 0.0
	for i := range re {
		worst = math.Max(worst, math.Abs(re[i]-first[i]))
	}
	verdict := "changed"
	if worst < 1e-9 {
		verdict = "as before"
	}
	return fmt.Sprintf("energy %d, %s\n", int(energy*1000+0.5), verdict)
}

func main() {
	rounds := 1
	if len(os.Args) > 1 {
		rounds, _ = strconv.Atoi(os.Args[1])
	}
	output := ""
	for round := 0; round == 0 || round < rounds; round++ {
		start := time.Now()
		text := workload(rounds == 0)
		spent := time.Since(start)
		if len(os.Args) > 1 {
			fmt.Fprintln(os.Stderr, spent.Nanoseconds())
		}
		if round > 0 && text != output {
			os.Exit(1)
		}
		output = text
	}
	fmt.Print(output)
}
