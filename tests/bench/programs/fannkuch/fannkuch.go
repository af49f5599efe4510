package main

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

// How many times the first p[0] elements can be reversed before the first one is 0. `p` is used up.
func flips(p []int) int {
	count, first := 0, p[0]
	for first != 0 {
		for low, high := 1, first-1; low < high; low, high = low+1, high-1 {
			p[low], p[high] = p[high], p[low]
		}
		p[first], first = first, p[first]
		count++
	}
	return count
}

func workload(small bool) string {
	n := 10
	if small {
		n = 7
	}
	order, work, turns := make([]int, n), make([]int, n), make([]int, n)
	for i := range order {
		order[i] = i
	}
	most, checksum, r := 0, 0, n
	even := true
	for {
		for ; r > 1; r-- {
			turns[r-1] = r
		}
		copy(work, order)
		count := flips(work)
		if count > most {
			most = count
		}
		if even {
			checksum += count
		} else {
			checksum -= count
		}
		// The next permutation: turn the first r + 1 elements, for the smallest r that has turns left.
		for {
			if r == n {
				return fmt.Sprintf("%d\nmost flips of %d: %d\n", checksum, n, most)
			}
			first := order[0]
			copy(order, order[1:r+1])
			order[r] = first
			turns[r]--
			if turns[r] > 0 {
				break
			}
			r++
		}
		even = !even
	}
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
