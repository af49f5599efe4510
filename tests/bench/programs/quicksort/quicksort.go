package main

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

func quicksort(a []int32, low, high int) {
	i, j, pivot := low, high, a[(low+high)/2]
	for i <= j {
		for a[i] < pivot {
			i++
		}
		for a[j] > pivot {
			j--
		}
		if i <= j {
			a[i], a[j] = a[j], a[i]
			i++
			j--
		}
	}
	if low < j {
		quicksort(a, low, j)
	}
	if i < high {
		quicksort(a, i, high)
	}
}

func workload(small bool) string {
	count := 1000000
	if small {
		count = 10000
	}
	a := make([]int32, count)
	seed, sum := 42, 0
	for i := range a {
		seed = seed * 16807 % 2147483647
		a[i] = int32(seed)
	}
	quicksort(a, 0, count-1)
	for i := 1; i < count; i++ {
		if a[i-1] > a[i] {
			panic(fmt.Sprintf("not sorted at %d", i))
		}
	}
	for i := 0; i < count; i += 1000 {
		sum += int(a[i])
	}
	return fmt.Sprintf("%d %d %d\n", a[0], a[count-1], sum)
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
