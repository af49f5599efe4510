package main

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

// A stream without end is a function that returns its next element.
type stream func() int

func naturals() stream {
	n := 0
	return func() int {
		n++
		return n
	}
}

func apply(source stream, f func(int) int) stream {
	return func() int { return f(source()) }
}

func filter(source stream, keep func(int) bool) stream {
	return func() int {
		x := source()
		for !keep(x) {
			x = source()
		}
		return x
	}
}

func scan(source stream, initial int, f func(a, x int) int) stream {
	state := initial
	return func() int {
		state = f(state, source())
		return state
	}
}

func zip(a, b stream, f func(a, b int) int) stream {
	return func() int { return f(a(), b()) }
}

func sumOf(source stream, count int) int {
	sum := 0
	for i := 0; i < count; i++ {
		sum += source()
	}
	return sum
}

func workload(small bool) string {
	count, rounds := 100000, 100
	if small {
		count, rounds = 1000, 5
	}
	total := 0
	for round := 0; round < rounds; round++ {
		factor := round + 3
		residues := apply(naturals(), func(x int) int { return x * factor % 1009 })
		kept := filter(residues, func(x int) bool { return x%3 != 0 })
		sums := scan(kept, round, func(a, x int) int { return (a + x) % 65521 })
		even := filter(naturals(), func(x int) bool { return x%2 == 0 })
		total += sumOf(zip(sums, even, func(a, b int) int { return a*2 + b%7 }), count)
	}
	return fmt.Sprintf("%d\n", total)
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
