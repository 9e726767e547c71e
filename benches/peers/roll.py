"""The columns of a pupil roll, and what its words mean."""

import hashlib

STUDENT_NO, SEX, BIRTH, CITIZEN_ID = "学籍号", "性别", "出生日期", "身份证件号"
SCHOOL, STAGE, GRADE = "学校标识码", "学段", "年级"

STAGES = {"小学": "primary", "初中": "junior", "普通初中": "junior", "高中": "senior", "普通高中": "senior"}

GRADES = {}
for number, word in enumerate("一二三四五六七八九", start=1):
    for prefix in ("", "小学" if number <= 6 else "初中"):
        for suffix in ("", "年级"):
            GRADES[f"{prefix}{word}{suffix}"] = number
            GRADES[f"{prefix}{number}{suffix}"] = number
for number, word in enumerate("一二三", start=7):
    GRADES[f"初{word}"] = GRADES[f"初中{word}年级"] = number

WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
CHECK_DIGITS = "10X98765432"


def digest(groups):
    """One word for who is in which school, stage and grade: `groups` are (school, stage, grade, pupils)."""
    lines = sorted(f"{school},{stage},{grade},{pupils}" for school, stage, grade, pupils in groups)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def encoding_of(path):
    """UTF-8, or the GB18030 that spreadsheet programs in China write, judged by the first bytes."""
    with open(path, "rb") as file:
        head = file.read(1 << 16).rsplit(b"\n", 1)[0]
    try:
        head.decode("utf-8")
        return "utf-8-sig"
    except UnicodeDecodeError:
        return "gb18030"


def head_line(path, encoding):
    """Which line of a CSV file, counted from 0, is the head; files may have a title above it."""
    with open(path, encoding=encoding) as file:
        for number, line in enumerate(file):
            if STUDENT_NO in line.split(","):
                return number
    raise SystemExit(f"{path} has no line with {STUDENT_NO}")
