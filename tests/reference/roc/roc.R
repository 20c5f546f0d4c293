# Reference values for helpers.statistics.roc from pROC.
# Run in this folder: Rscript roc.R
# Writes scores.csv (made here, no patient data), auc.csv, tests.csv, unpaired.csv,
# confusion.csv, and prints the versions and, from pROC's own aSAH data, the statistics by which
# another installation can be recognised as the same.
suppressPackageStartupMessages(library(pROC))
set.seed(20250604)
full <- function(x) trimws(formatC(as.numeric(x), digits = 17, format = "g"))
save <- function(table, file) write.csv(table, file, row.names = FALSE, quote = FALSE)

make <- function(m, n, effect, round_to = NULL) {
  y <- sample(rep(c(1, 0), c(m, n)))
  common <- rnorm(m + n)
  drawn <- sapply(effect, function(e) e * y + 0.7 * common + rnorm(m + n))
  if (!is.null(round_to)) drawn <- round(drawn / round_to) * round_to
  data.frame(y = y, a = drawn[, 1], b = drawn[, 2], c = drawn[, 3])
}
flat <- make(6, 9, c(1, 1, 1))
flat$c <- 0.5
separate <- make(8, 12, c(1, 0.5, 1))
separate$b <- separate$b + 10 * separate$y
cases <- list(
  continuous = make(51, 184, c(1.2, 0.6, 0)),
  external = make(15, 47, c(2, 1.5, 1)),
  ties = make(40, 70, c(1, 0.5, 0.2), 1),
  few_levels = make(30, 30, c(2, 1, 0), 2.5),
  small = make(3, 4, c(1, 0.5, 0)),
  two_each = make(2, 2, c(0.5, 0.5, 0)),
  reversed = make(20, 30, c(-1.5, 1, -0.3)),
  near_one = make(15, 47, c(5, 4, 3.5)),
  separated = separate,
  constant = flat,
  large = make(400, 1600, c(0.8, 0.7, 0.1), 0.25)
)
save(do.call(rbind, lapply(names(cases), function(name) {
  x <- cases[[name]]
  data.frame(case = name, y = x$y, a = full(x$a), b = full(x$b), c = full(x$c))
})), "scores.csv")

curve <- function(x, name) roc(x$y, x[[name]], levels = c(0, 1), direction = "<", quiet = TRUE)
quiet <- suppressWarnings

save(do.call(rbind, lapply(names(cases), function(name) {
  do.call(rbind, lapply(c("a", "b", "c"), function(model) {
    r <- curve(cases[[name]], model)
    do.call(rbind, lapply(c(0.95, 0.9), function(level) {
      interval <- quiet(ci.auc(r, conf.level = level, method = "delong"))
      data.frame(
        case = name, model = model, confidence = level, auc = full(auc(r)),
        variance = full(quiet(var(r, method = "delong"))),
        low = full(interval[1]), high = full(interval[3])
      )
    }))
  }))
})), "auc.csv")

pairs <- list(c("a", "b"), c("a", "c"), c("b", "c"))
save(do.call(rbind, lapply(names(cases), function(name) {
  do.call(rbind, lapply(pairs, function(pair) {
    one <- curve(cases[[name]], pair[1])
    two <- curve(cases[[name]], pair[2])
    found <- quiet(roc.test(one, two, method = "delong", paired = TRUE))
    data.frame(
      case = name, model_a = pair[1], model_b = pair[2], z = full(found$statistic),
      p_value = full(found$p.value), low = full(found$conf.int[1]), high = full(found$conf.int[2]),
      covariance = full(quiet(cov(one, two, method = "delong")))
    )
  }))
})), "tests.csv")

cohorts <- list(
  c("continuous", "external"), c("continuous", "near_one"), c("ties", "small"),
  c("reversed", "large"), c("external", "separated"), c("few_levels", "two_each")
)
save(do.call(rbind, lapply(cohorts, function(pair) {
  found <- quiet(roc.test(
    curve(cases[[pair[1]]], "a"), curve(cases[[pair[2]]], "b"),
    method = "delong", paired = FALSE
  ))
  data.frame(
    case_a = pair[1], case_b = pair[2], d = full(found$statistic), df = full(found$parameter),
    p_value = full(found$p.value)
  )
})), "unpaired.csv")

# Measures and exact intervals of tables, from base R.
counts <- rbind(
  c(42, 29, 9, 155), c(15, 0, 0, 47), c(1, 2, 3, 4), c(0, 0, 5, 9), c(0, 4, 3, 0), c(7, 5, 0, 0)
)
save(do.call(rbind, lapply(seq_len(nrow(counts)), function(i) {
  x <- as.list(setNames(counts[i, ], c("tp", "fp", "fn", "tn")))
  shares <- list(
    accuracy = c(x$tp + x$tn, sum(counts[i, ])), precision = c(x$tp, x$tp + x$fp),
    recall = c(x$tp, x$tp + x$fn), specificity = c(x$tn, x$tn + x$fp)
  )
  do.call(rbind, lapply(names(shares), function(measure) {
    part <- shares[[measure]]
    exact <- wilson <- c(NA, NA)
    if (part[2] > 0) {
      exact <- binom.test(part[1], part[2])$conf.int
      wilson <- quiet(prop.test(part[1], part[2], correct = FALSE))$conf.int
    }
    data.frame(
      tp = x$tp, fp = x$fp, fn = x$fn, tn = x$tn, measure = measure,
      value = full(part[1] / part[2]), exact_low = full(exact[1]), exact_high = full(exact[2]),
      wilson_low = full(wilson[1]), wilson_high = full(wilson[2])
    )
  }))
})), "confusion.csv")

data(aSAH)
cat(R.version.string, "pROC", as.character(packageVersion("pROC")), "\n")
for (pair in list(c("wfns", "s100b"), c("wfns", "ndka"), c("ndka", "s100b"))) {
  found <- roc.test(
    roc(aSAH$outcome, as.numeric(aSAH[[pair[1]]]), levels = c("Good", "Poor"), direction = "<"),
    roc(aSAH$outcome, as.numeric(aSAH[[pair[2]]]), levels = c("Good", "Poor"), direction = "<")
  )
  cat("aSAH", pair, "z", full(found$statistic), "p", full(found$p.value), "\n")
}
