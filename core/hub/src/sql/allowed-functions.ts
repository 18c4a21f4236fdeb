const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/*
 * What may be called, by DuckDB's names. The list is closed: whatever is not here is refused, be it new in DuckDB or not. Left out on purpose:
 * everything that reads files, settings, catalogs or the environment; what takes other statements as text; what makes lists, structures and
 * lambdas; and what makes long text from short text (repeat, lpad, replace, string_agg, format ...), because the memory of text is not under
 * the limit of the database.
 */

const OPERATORS = words("+ - * / // % ** ^ & | ~ << >> @ || ~~ !~~ ~~* !~~*");

const MATHS = words(`
  abs add subtract multiply divide mod fmod fdiv ceil ceiling floor round round_even trunc sign sqrt cbrt exp ln log log2 log10 pow power
  degrees radians sin cos tan asin acos atan atan2 cot pi isnan isinf isfinite even gcd greatest_common_divisor lcm least_common_multiple
  greatest least nullif xor bit_count random`);

const TEXTS = words(`
  length len strlen lower upper lcase ucase left right substr substring trim ltrim rtrim split_part contains starts_with ends_with prefix
  suffix instr strpos position reverse ascii unicode chr regexp_matches regexp_full_match regexp_extract concat concat_ws strip_accents`);

const TIMES = words(`
  now today current_date get_current_timestamp get_current_time current_localtimestamp current_localtime transaction_timestamp
  date_trunc datetrunc date_part datepart date_diff datediff date_sub datesub date_add dayname monthname dayofweek isodow dayofmonth dayofyear
  weekday weekofyear year month day hour minute second millisecond microsecond week quarter isoyear yearweek decade century era julian
  epoch epoch_ms epoch_us epoch_ns last_day make_date make_time make_timestamp make_timestamp_ms make_timestamptz strftime strptime
  try_strptime time_bucket timezone to_timestamp to_microseconds to_milliseconds to_seconds to_minutes to_hours to_days to_weeks to_months
  to_quarters to_years age normalized_interval timezone_hour timezone_minute`);

const AGGREGATES = words(`
  count count_star count_if countif sum sum_no_overflow sumkahan kahan_sum fsum avg mean favg min max arg_min argmin min_by arg_max argmax
  max_by first last any_value arbitrary median quantile quantile_cont quantile_disc approx_quantile reservoir_quantile approx_count_distinct
  stddev stddev_pop stddev_samp variance var_pop var_samp corr covar_pop covar_samp regr_avgx regr_avgy regr_count regr_intercept regr_r2
  regr_slope regr_sxx regr_sxy regr_syy skewness kurtosis kurtosis_pop mode mad sem entropy bool_and bool_or bit_and bit_or bit_xor product
  geomean geometric_mean weighted_avg wavg`);

const WINDOWS = words(`
  row_number rank dense_rank rank_dense percent_rank cume_dist ntile lag lead first_value last_value nth_value`);

/** Scalar functions, operators, aggregates and window functions that a statement may call. */
export const ALLOWED_FUNCTIONS: ReadonlySet<string> = new Set([
  ...OPERATORS,
  ...MATHS,
  ...TEXTS,
  ...TIMES,
  ...AGGREGATES,
  ...WINDOWS,
]);

/** Functions that may stand behind FROM. */
export const ALLOWED_TABLE_FUNCTIONS: ReadonlySet<string> = new Set(["range", "generate_series", "unnest"]);

/** With more arguments these collect lists. */
export const MOST_ARGUMENTS: ReadonlyMap<string, number> = new Map([
  ...words("min max first last any_value arbitrary median mode").map((name): [string, number] => [name, 1]),
  ...words("arg_min argmin min_by arg_max argmax max_by quantile quantile_cont quantile_disc approx_quantile").map(
    (name): [string, number] => [name, 2],
  ),
  ["regexp_extract", 3],
]);

/** What joins texts: the text doubles with each of them. */
export const JOINS_TEXT: ReadonlySet<string> = new Set(["||", "concat", "concat_ws"]);

/** LIKE in its four forms. */
export const MATCHES_PATTERN: ReadonlySet<string> = new Set(["~~", "!~~", "~~*", "!~~*"]);

/** Names that DuckDB takes for functions although nothing is called. */
export const TELLING_NAMES: ReadonlySet<string> = new Set(
  words("current_catalog current_schema current_schemas current_database current_role current_user session_user user"),
);

/** Types that a value may be turned into. */
export const ALLOWED_TYPES: ReadonlySet<string> = new Set(
  words(`
    BOOLEAN TINYINT SMALLINT INTEGER BIGINT HUGEINT UTINYINT USMALLINT UINTEGER UBIGINT UHUGEINT FLOAT DOUBLE DECIMAL VARCHAR CHAR DATE TIME
    TIMESTAMP TIMESTAMP_S TIMESTAMP_MS TIMESTAMP_NS INTERVAL`).concat(
    "TIMESTAMP WITH TIME ZONE",
    "TIME WITH TIME ZONE",
  ),
);
