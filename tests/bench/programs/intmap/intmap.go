package main

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

type random struct{ seed int }

func (r *random) next() int {
	r.seed = r.seed * 16807 % 2147483647
	return r.seed
}

func workload(small bool) string {
	count := 500000
	if small {
		count = 3000
	}
	m := map[int]int{}
	r := random{42}
	for i := 0; i < count; i++ {
		key := r.next()
		m[key] = i
		m[key%1000]++
	}
	size := len(m)
	hits, sum := 0, 0
	for round := 0; round < 3; round++ {
		r = random{42}
		for i := 0; i < count; i++ {
			key := r.next()
			sum += m[key]
			if _, found := m[key+round]; found {
				hits++
			}
		}
	}
	r = random{42}
	for i := 0; i < count; i++ {
		key := r.next()
		if i%3 == 0 {
			delete(m, key)
		}
	}
	rest := 0
	for key, value := range m {
		rest += key%1000 + value
	}
	return fmt.Sprintf("%d keys, %d hits, sum %d; %d left, sum %d\n", size, hits, sum, len(m), rest)
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
