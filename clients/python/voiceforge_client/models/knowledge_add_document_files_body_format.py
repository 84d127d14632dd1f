from typing import Literal

KnowledgeAddDocumentFilesBodyFormat = Literal["markdown", "text"]

KNOWLEDGE_ADD_DOCUMENT_FILES_BODY_FORMAT_VALUES: set[
    KnowledgeAddDocumentFilesBodyFormat
] = {
    "markdown",
    "text",
}


def check_knowledge_add_document_files_body_format(
    value: str,
) -> KnowledgeAddDocumentFilesBodyFormat:
    if value in KNOWLEDGE_ADD_DOCUMENT_FILES_BODY_FORMAT_VALUES:
        return value
    raise TypeError(
        f"Unexpected value {value!r}. Expected one of {KNOWLEDGE_ADD_DOCUMENT_FILES_BODY_FORMAT_VALUES!r}"
    )
