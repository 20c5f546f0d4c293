# Reference values for helpers.statistics.icc from psych::ICC.
# Run in this folder: Rscript icc.R
# Writes ratings.csv and icc.csv. psych calls the forms ICC1, ICC2, ICC3, ICC1k, ICC2k, ICC3k.
# Its `alpha` is two-sided: the limits below are at confidence 1 - alpha.
suppressMessages(library(psych))
set.seed(20250602)
full <- function(x) trimws(formatC(as.numeric(x), digits = 17, format = "g"))

layout <- function(n, k, subject, rater, error) {
  outer(rnorm(n, 0, subject), rep(1, k)) + outer(rep(1, n), rnorm(k, 0, rater)) +
    matrix(rnorm(n * k, 0, error), n)
}
ratings <- list(
  shrout_fleiss = matrix(c(
    9, 2, 5, 8, 6, 1, 3, 2, 8, 4, 6, 8, 7, 1, 2, 6, 10, 5, 6, 9, 6, 2, 4, 7
  ), ncol = 4, byrow = TRUE),
  reliable = layout(50, 2, 3, 0.1, 0.4),
  shifted = layout(50, 2, 1, 3, 0.5),
  poor = layout(50, 2, 0.3, 0.1, 1),
  negative = cbind(c(1, 2, 3, 4, 5, 6), c(6, 5, 4, 3, 2.5, 1)),
  many_raters = layout(20, 7, 1, 0.5, 0.8),
  offset = 1e6 + layout(30, 3, 2, 0.3, 0.7),
  two_subjects = cbind(c(1, 5), c(1.5, 4.2), c(0.7, 5.5))
)
cells <- do.call(rbind, lapply(names(ratings), function(name) {
  x <- ratings[[name]]
  data.frame(case = name, subject = c(row(x)), rater = c(col(x)), value = full(x))
}))
write.csv(cells, "ratings.csv", row.names = FALSE, quote = FALSE)

forms <- c("1", "A,1", "C,1", "1,k", "A,k", "C,k")
results <- do.call(rbind, lapply(names(ratings), function(name) {
  do.call(rbind, lapply(c(0.95, 0.9), function(confidence) {
    found <- ICC(ratings[[name]], alpha = 1 - confidence, lmer = FALSE)$results
    data.frame(
      case = name, form = forms, confidence = confidence, value = full(found$ICC),
      low = full(found[["lower bound"]]), high = full(found[["upper bound"]])
    )
  }))
}))
write.csv(results, "icc.csv", row.names = FALSE, quote = 2)
