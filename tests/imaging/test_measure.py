from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import SimpleITK as sitk

from helpers.imaging.measure import DICE, VOLUMES, measure_reads


def write(folder: Path, name: str, array: np.ndarray) -> Path:
    image = sitk.GetImageFromArray(array)
    image.SetSpacing((0.5, 0.5, 5.0))
    file = folder / f"{name}.nii.gz"
    sitk.WriteImage(image, str(file))
    return file


@pytest.fixture
def reads(tmp_path):
    """Two patients; the second was read again, once with twice the lesion and once elsewhere."""
    hu = np.full((5, 20, 30), 30, np.int16)
    lesion = np.zeros(hu.shape, np.uint8)
    lesion[1:4, 4:14, 5:15] = 1
    hu[lesion > 0] = 60
    hu[2, 5, 6] = 90
    double = lesion.copy()
    double[1:4, 4:14, 15:25] = 1
    elsewhere = np.roll(lesion, 12, axis=2)
    masks = {"P1 A1": lesion, "P2 A1": lesion, "P2 A2": double, "P2 B1": elsewhere}
    image = write(tmp_path, "image", hu)
    return [
        SimpleNamespace(
            patient_id=name[:2],
            read=name[3:],
            image_path=image,
            mask_path=write(tmp_path, name, mask),
        )
        for name, mask in masks.items()
    ]


def test_volumes_geometry_and_density_of_first_reads(reads):
    volumes, _ = measure_reads(reads, progress=False)
    assert volumes.columns.tolist() == VOLUMES
    assert volumes["patient_id"].tolist() == ["P1", "P2"]
    row = volumes.iloc[0]
    assert row[["spacing_x_mm", "spacing_y_mm", "spacing_z_mm"]].tolist() == [0.5, 0.5, 5.0]
    assert row[["rows", "columns", "slices"]].tolist() == [20, 30, 5]
    assert row["volume_ml"] == pytest.approx(300 * 1.25 / 1000)
    assert row["mean_hu"] == pytest.approx((299 * 60 + 90) / 300)


def test_later_reads_are_compared_with_the_first(reads):
    _, agreement = measure_reads(reads, progress=False)
    assert agreement.columns.tolist() == DICE
    assert agreement["read"].tolist() == ["A2", "B1"]
    assert agreement["dice"].tolist() == pytest.approx([2 * 300 / 900, 0])
    assert agreement["volume_difference_ml"].tolist() == pytest.approx([0.375, 0])
    assert agreement["volume_ml"].tolist() == pytest.approx([0.75, 0.375])


def test_two_processes_measure_the_same(reads):
    for one, two in zip(
        measure_reads(reads, 1, progress=False),
        measure_reads(reads, 2, progress=False),
        strict=True,
    ):
        assert one.equals(two)


def test_what_cannot_be_read_is_left_out_with_a_message(reads, caplog):
    reads[0].mask_path.write_bytes(b"")
    reads[2].mask_path.write_bytes(b"")
    volumes, agreement = measure_reads(reads, progress=False)
    assert volumes["patient_id"].tolist() == ["P2"]
    assert agreement["read"].tolist() == ["B1"]
    assert "patient P1" in caplog.text and "P2 A2.nii.gz" in caplog.text


def test_a_patient_without_a_first_read_is_left_out(reads, caplog):
    volumes, agreement = measure_reads(reads[2:], progress=False)
    assert volumes.empty and agreement.empty
    assert "no read A1" in caplog.text


def test_no_reads_give_empty_tables():
    volumes, agreement = measure_reads([], progress=False)
    assert volumes.columns.tolist() == VOLUMES and volumes.empty
    assert agreement.columns.tolist() == DICE and agreement.empty
