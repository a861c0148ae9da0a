extension String {
    /// The text without the one newline that it may end with, as files and blocks of YAML do.
    package var withoutFinalNewline: String { hasSuffix("\n") ? String(dropLast()) : self }
}
