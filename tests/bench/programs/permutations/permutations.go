package main

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

func permute(items []int, at int, visit func([]int)) {
	if at == len(items) {
		visit(items)
		return
	}
	for i := at; i < len(items); i++ {
		items[at], items[i] = items[i], items[at]
		permute(items, at+1, visit)
		items[at], items[i] = items[i], items[at]
	}
}

func workload(small bool) string {
	n, rounds := 10, 6
	if small {
		n, rounds = 6, 2
	}
	count, checksum := 0, 0
	for round := 0; round < rounds; round++ {
		items := make([]int, n)
		for i := range items {
			items[i] = (i + round) % n
		}
		permute(items, 0, func(p []int) {
			count++
			checksum = (checksum*31 + p[0]*7 + p[n-1]) % 1000003
		})
	}
	return fmt.Sprintf("%d permutations, checksum %d\n", count, checksum)
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
