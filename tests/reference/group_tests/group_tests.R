# Reference values for helpers.statistics.group_tests from base R.
# Run in this folder: Rscript group_tests.R
# Writes tables.csv, table_results.csv, samples.csv, sample_results.csv.
set.seed(20250602)
full <- function(x) trimws(formatC(as.numeric(x), digits = 17, format = "g"))

tables <- list(
  sah = rbind(c(18, 15), c(166, 36)),
  sex = rbind(c(126, 34), c(58, 17)),
  diabetes = rbind(c(27, 8), c(157, 43)),
  location = rbind(c(150, 35), c(13, 9), c(15, 5), c(6, 2)),
  smoking = rbind(c(1, 0), c(122, 35), c(61, 16)),
  drinking = rbind(c(1, 0), c(113, 33), c(70, 18)),
  tea = rbind(c(3, 1), c(1, 3)),
  zero_cell = rbind(c(0, 7), c(9, 4)),
  small_gap = rbind(c(5, 5), c(10, 11)),
  even = rbind(c(5, 5), c(7, 7)),
  wide = rbind(c(2, 3, 4, 0, 6), c(5, 1, 2, 4, 1)),
  job = rbind(c(1, 2, 1, 0), c(3, 3, 6, 1), c(10, 10, 14, 9), c(6, 7, 12, 11)),
  three = rbind(c(4, 0, 3), c(1, 8, 2), c(0, 2, 6)),
  centres = rbind(c(12, 16, 9), c(20, 11, 14), c(8, 13, 19)),
  grades = rbind(c(9, 4, 1), c(14, 12, 5), c(7, 15, 13), c(2, 6, 12))
)
for (i in 1:12) {
  repeat {
    drawn <- matrix(rpois(prod(dims <- c(sample(2:5, 1), sample(2:3, 1))), 4), dims[1])
    if (all(rowSums(drawn) > 0, colSums(drawn) > 0)) break
  }
  tables[[paste0("random", i)]] <- drawn
}

cells <- do.call(rbind, lapply(names(tables), function(name) {
  x <- tables[[name]]
  data.frame(case = name, row = c(row(x)), column = c(col(x)), count = c(x))
}))
write.csv(cells, "tables.csv", row.names = FALSE, quote = FALSE)

one <- function(name, test, found) {
  number <- function(x) if (is.null(x)) NA_real_ else unname(x)
  data.frame(
    case = name, test = test, statistic = full(number(found$statistic)),
    df = full(number(found$parameter)), p_value = full(found$p.value)
  )
}
results <- do.call(rbind, lapply(names(tables), function(name) {
  x <- tables[[name]]
  exact <- fisher.test(x, workspace = 2e7)
  # uniroot's default tolerance leaves four digits of the odds ratio
  exact$statistic <- exact$estimate
  rbind(
    one(name, "chi-square", suppressWarnings(chisq.test(x, correct = FALSE))),
    one(name, "chi-square corrected", suppressWarnings(chisq.test(x))),
    one(name, "fisher", exact)
  )
}))
write.csv(results, "table_results.csv", row.names = FALSE, quote = FALSE)

samples <- list(
  normal = list(rnorm(184, 61.2, 13.4), rnorm(51, 60.2, 16.7)),
  small = list(rnorm(5), rnorm(7, 1, 3)),
  tied = list(sample(3:15, 40, TRUE), sample(3:15, 23, TRUE)),
  shifted = list(rexp(49), rexp(49) + 0.5),
  fifty = list(rnorm(50), rnorm(12, 0.4)),
  one_constant = list(c(2, 2, 2, 2), c(1, 3, 4, 7)),
  two_each = list(c(1.5, 2.5), c(3, 7))
)
values <- do.call(rbind, lapply(names(samples), function(name) {
  x <- samples[[name]]
  data.frame(
    case = name, group = rep(c("a", "b"), lengths(x)), value = full(unlist(x))
  )
}))
write.csv(values, "samples.csv", row.names = FALSE, quote = FALSE)

results <- do.call(rbind, lapply(names(samples), function(name) {
  a <- samples[[name]][[1]]
  b <- samples[[name]][[2]]
  rbind(
    one(name, "welch", t.test(a, b)),
    one(name, "student", t.test(a, b, var.equal = TRUE)),
    one(name, "mann-whitney", suppressWarnings(wilcox.test(a, b)))
  )
}))
write.csv(results, "sample_results.csv", row.names = FALSE, quote = FALSE)
